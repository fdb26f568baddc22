package jp.kasane.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for what is started beside the application, a moment before it is. Below those that systems give to connections of their own (from
 * 32768 or 49152 on): one of these took a port once before the broker did, which then did not start.
 */
public final class FreePorts {

    private static final int FROM = 15_000;
    private static final int BELOW = 32_000;
    private static final int TRIES = 500;
    /** Nobody has taken it yet who asked for it a moment ago. */
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private FreePorts() {}

    /**
     * A loopback port that nobody listens at, and that was given to nobody in this JVM.
     *
     * @throws UncheckedIOException if there is none
     */
    public static int next() {
        for (int tried = 0; tried < TRIES; tried++) {
            int port = ThreadLocalRandom.current().nextInt(FROM, BELOW);
            if (GIVEN.add(port) && free(port)) {
                return port;
            }
        }
        throw new UncheckedIOException(new IOException("No free port between " + FROM + " and " + BELOW));
    }

    private static boolean free(int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (BindException taken) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
