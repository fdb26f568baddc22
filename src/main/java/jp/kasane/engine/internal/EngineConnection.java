package jp.kasane.engine.internal;

import io.camunda.client.CamundaClient;
import java.net.URI;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class EngineConnection {

    /** Commands over gRPC: over REST the client's job commands fail against Camunda 8.6 (DESIGN §3). */
    @Bean
    CamundaClient camundaClient(
            @Value("${kasane.engine.grpc-address:http://127.0.0.1:26500}") URI grpc,
            @Value("${kasane.engine.rest-address:http://127.0.0.1:8088}") URI rest) {
        return CamundaClient.newClientBuilder()
                .grpcAddress(grpc)
                .restAddress(rest)
                .preferRestOverGrpc(false)
                .numJobWorkerExecutionThreads(4)
                .defaultRequestTimeout(Duration.ofSeconds(10))
                .build();
    }
}
