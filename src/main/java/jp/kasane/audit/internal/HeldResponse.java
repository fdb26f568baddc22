package jp.kasane.audit.internal;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.springframework.web.util.ContentCachingResponseWrapper;

/** An answer that is held back until its entry is written; then it goes out as it is. */
final class HeldResponse extends ContentCachingResponseWrapper {

    /** The entry could not be written: nothing of the answer may leave. */
    static final class NotEntered extends RuntimeException {
        NotEntered(RuntimeException cause) {
            super(cause);
        }
    }

    private final HttpServletResponse response;
    private final Consumer<HttpServletResponse> enter;
    private final Thread asked = Thread.currentThread();
    private final CountDownLatch gate = new CountDownLatch(1);
    private volatile boolean entered;
    private volatile boolean broken;

    HeldResponse(HttpServletResponse response, Consumer<HttpServletResponse> enter) {
        super(response);
        this.response = response;
        this.enter = enter;
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        if (KeptRequests.inPieces(this)) {
            enter();
            return new Watched(response.getOutputStream());
        }
        return super.getOutputStream();
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        if (KeptRequests.inPieces(this)) {
            enter();
            return response.getWriter();
        }
        return super.getWriter();
    }

    @Override
    public void flushBuffer() throws IOException {
        if (entered) {
            response.flushBuffer();
        }
    }

    @Override
    public void sendError(int status) throws IOException {
        enter(status);
        super.sendError(status);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        enter(status);
        super.sendError(status, message);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        enter(SC_FOUND);
        super.sendRedirect(location);
    }

    /** Whether something was sent that did not arrive; Spring makes no exception of that which anybody would see. */
    boolean broken() {
        return broken;
    }

    private final class Watched extends ServletOutputStream {

        private final ServletOutputStream out;

        Watched(ServletOutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int one) throws IOException {
            try {
                out.write(one);
            } catch (IOException e) {
                broken = true;
                throw e;
            }
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                out.write(bytes, from, length);
            } catch (IOException e) {
                broken = true;
                throw e;
            }
        }

        @Override
        public void flush() throws IOException {
            try {
                out.flush();
            } catch (IOException e) {
                broken = true;
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            try {
                out.close();
            } catch (IOException e) {
                broken = true;
                throw e;
            }
        }

        @Override
        public boolean isReady() {
            return out.isReady();
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            out.setWriteListener(listener);
        }
    }

    /** Lets the answer go, with its entry before it. */
    void release() throws IOException {
        enter();
        copyBodyToResponse();
    }

    private void enter(int status) {
        if (!entered) {
            setStatus(status);
            enter();
        }
    }

    /** Before what is sent by others, later, once the thread that was asked has gone (server-sent events). */
    void begin() {
        enter();
    }

    private void enter() {
        if (Thread.currentThread() != asked) {
            // Only the thread that was asked knows who asks; it is about to come to its end.
            await();
            return;
        }
        if (!entered) {
            try {
                enter.accept(this);
            } catch (RuntimeException e) {
                throw new NotEntered(e);
            }
            entered = true;
            gate.countDown();
        }
    }

    private void await() {
        try {
            if (!gate.await(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Nothing is sent before its entry is written");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
