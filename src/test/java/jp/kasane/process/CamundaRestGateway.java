package jp.kasane.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.camunda.client.CamundaClient;
import io.camunda.client.api.command.ClientException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Makes Camunda 8.6 without Elasticsearch look to Camunda Process Test 8.8 like the runtime it expects: commands are passed
 * on, searches are answered from the exporter's tables, and the two things 8.6 has not, purge and change ids, are supplied.
 *
 * <ul>
 *   <li>Purge cancels what runs and hides what ran; deployed diagrams stay.
 *   <li>After a jump of the clock the broker calls its partition unhealthy until its next look, half a minute later. A purge
 *       has just seen it process a command and export it, so the topology says healthy from then on.
 *   <li>A reset of the clock does nothing: when the controlled clock goes back, everything the broker has scheduled waits
 *       until that time comes again. Time only moves forward in a test run, tests read {@code getCurrentTime()}.
 * </ul>
 */
final class CamundaRestGateway implements AutoCloseable {

    private static final Pattern SEARCH = Pattern.compile("/v2/([a-z-]+)/search");
    private static final Pattern XML = Pattern.compile("/v2/process-definitions/(\\d+)/xml");
    private static final Pattern FLOWS = Pattern.compile("/v2/process-instances/(\\d+)/sequence-flows");
    private static final Duration EXPORTED_WITHIN = Duration.ofSeconds(20);

    private final HttpServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json;
    private final EngineSearches searches;
    private final CamundaClient commands;
    private final URI broker;
    private final URI management;
    private final AtomicLong changes = new AtomicLong();

    CamundaRestGateway(URI broker, URI management, CamundaClient commands, EngineSearches searches, ObjectMapper json)
            throws IOException {
        this.broker = broker;
        this.management = management;
        this.commands = commands;
        this.searches = searches;
        this.json = json;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    URI address() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                route(exchange);
            } catch (IllegalArgumentException e) {
                problem(exchange, 400, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                problem(exchange, 503, e);
            } catch (SQLException | RuntimeException e) {
                problem(exchange, 500, e);
            }
        }
    }

    private void route(HttpExchange exchange) throws IOException, SQLException, InterruptedException {
        var path = exchange.getRequestURI().getPath();
        var method = exchange.getRequestMethod();
        var search = SEARCH.matcher(path);
        var xml = XML.matcher(path);
        var flows = FLOWS.matcher(path);
        if (method.equals("POST") && search.matches()) {
            answer(exchange, searches.search(search.group(1), body(exchange)));
        } else if (method.equals("GET") && xml.matches()) {
            var found = searches.processDefinitionXml(Long.parseLong(xml.group(1)));
            send(exchange, found.isPresent() ? 200 : 404, "text/xml", found.orElse(""));
        } else if (method.equals("GET") && flows.matches()) {
            answer(exchange, Optional.of(searches.sequenceFlows(Long.parseLong(flows.group(1)))));
        } else if (path.equals("/v2/topology")) {
            topology(exchange);
        } else if (path.equals("/actuator/cluster/purge")) {
            purge();
            answer(exchange, Optional.of(json.createObjectNode().put("changeId", changes.incrementAndGet())));
        } else if (path.equals("/actuator/clock") && method.equals("DELETE")) {
            pass(exchange, "GET", management);
        } else if (path.startsWith("/actuator")) {
            pass(exchange, method, management);
        } else {
            pass(exchange, method, broker);
        }
    }

    private void topology(HttpExchange exchange) throws IOException, InterruptedException {
        var response = http.send(
                HttpRequest.newBuilder(broker.resolve("/v2/topology")).build(), HttpResponse.BodyHandlers.ofString());
        var topology = json.readTree(response.body());
        if (topology instanceof ObjectNode object) {
            object.put("lastCompletedChangeId", Long.toString(changes.get()));
            if (changes.get() > 0) {
                object.findParents("health").forEach(partition -> ((ObjectNode) partition).put("health", "healthy"));
            }
        }
        send(exchange, response.statusCode(), "application/json", topology.toString());
    }

    /** A message that nobody awaits marks the place: what is exported after it belongs to the next test. */
    private void purge() throws SQLException, InterruptedException {
        var mark = mark();
        for (var running : searches.running()) {
            try {
                commands.newCancelInstanceCommand(running).send().join();
            } catch (ClientException e) {
                if (!e.getMessage().contains("NOT_FOUND")) {
                    throw e;
                }
            }
        }
        searches.forget(Math.max(mark, mark()));
    }

    private long mark() throws SQLException, InterruptedException {
        var mark = commands.newPublishMessageCommand()
                .messageName("kasane-purge")
                .correlationKey(UUID.randomUUID().toString())
                .timeToLive(Duration.ofMinutes(1))
                .send()
                .join()
                .getMessageKey();
        var until = Instant.now().plus(EXPORTED_WITHIN);
        while (!searches.knows(mark)) {
            if (Instant.now().isAfter(until)) {
                throw new IllegalStateException(
                        "The exporter did not write message " + mark + " within " + EXPORTED_WITHIN);
            }
            Thread.sleep(20);
        }
        return mark;
    }

    private void pass(HttpExchange exchange, String method, URI to) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(to.resolve(exchange.getRequestURI()))
                .method(
                        method,
                        HttpRequest.BodyPublishers.ofByteArray(
                                exchange.getRequestBody().readAllBytes()));
        var type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (type != null) {
            request.header("Content-Type", type);
        }
        var response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        response.headers().firstValue("Content-Type").ifPresent(value -> exchange.getResponseHeaders()
                .set("Content-Type", value));
        send(exchange, response.statusCode(), response.body());
    }

    private JsonNode body(HttpExchange exchange) throws IOException {
        var bytes = exchange.getRequestBody().readAllBytes();
        return bytes.length == 0 ? json.createObjectNode() : json.readTree(bytes);
    }

    private void answer(HttpExchange exchange, Optional<JsonNode> answer) throws IOException {
        if (answer.isEmpty()) {
            problem(exchange, 404, new IllegalArgumentException("nothing is searched at " + exchange.getRequestURI()));
        } else {
            send(exchange, 200, "application/json", answer.get().toString());
        }
    }

    private void problem(HttpExchange exchange, int status, Exception cause) throws IOException {
        var problem = json.createObjectNode()
                .put("type", "about:blank")
                .put("title", cause.getClass().getSimpleName())
                .put("status", status)
                .put("detail", String.valueOf(cause.getMessage()))
                .put("instance", exchange.getRequestURI().getPath());
        send(exchange, status, "application/problem+json", problem.toString());
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type + ";charset=UTF-8");
        send(exchange, status, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        http.close();
    }
}
