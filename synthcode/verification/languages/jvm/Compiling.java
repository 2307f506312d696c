import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Compiles each source from standard input by itself. Nothing of them is run.
 *
 * Input: how many sources there are, and each with its length. Output: for each, in order and as soon as it is known, 0
 * or 1 (refused), the compiler's first message, and its classes: how many, and of each its name and its bytes; texts
 * and bytes have their length in front. A source that takes the compiler too long is refused, and this process ends.
 */
final class Compiling {
    private static final long STACK_BYTES = 64L << 20;
    /** How many times its milliseconds of the processor a source may take by the clock: the machine may be busy. */
    private static final long BUSY = 20;

    /** A compiler. */
    interface Compiler {
        void compile(String source, Outcome outcome) throws Exception;
    }

    /** What came of a source. */
    static final class Outcome {
        /** Null if it was taken. */
        String message;
        final Map<String, byte[]> classes = new LinkedHashMap<>();
    }

    private Compiling() {}

    /** Compiles all sources, each for so many milliseconds of the processor at most, and ends this process. */
    static void all(long millis, Compiler compiler) throws IOException, InterruptedException {
        DataOutputStream verdicts = new DataOutputStream(new BufferedOutputStream(System.out));
        System.setOut(System.err);
        DataInputStream input = new DataInputStream(new BufferedInputStream(System.in));
        int count = input.readInt();
        for (int i = 0; i < count; i++) {
            String source = Program.text(input);
            Outcome outcome = new Outcome();
            Thread thread = new Thread(null, () -> compile(compiler, source, outcome), "compiler", STACK_BYTES);
            long started = System.nanoTime();
            long processor = processorMillis();
            thread.start();
            while (thread.isAlive() && processorMillis() - processor <= millis
                && (System.nanoTime() - started) / 1_000_000 <= BUSY * millis) thread.join(50);
            if (thread.isAlive()) {
                Outcome late = new Outcome();
                late.message = "the compiler takes too long";
                write(verdicts, late);
                break;
            }
            write(verdicts, outcome);
        }
        Runtime.getRuntime().halt(0);
    }

    private static long processorMillis() {
        return ProcessHandle.current().info().totalCpuDuration().map(java.time.Duration::toMillis).orElse(0L);
    }

    private static void compile(Compiler compiler, String source, Outcome outcome) {
        try {
            compiler.compile(source, outcome);
        } catch (Throwable problem) {
            Throwable cause = problem.getCause() == null ? problem : problem.getCause();
            if (outcome.message == null) outcome.message = "the compiler gave up: " + cause;
        }
        if (outcome.message != null) outcome.classes.clear();
    }

    private static void write(DataOutputStream verdicts, Outcome outcome) throws IOException {
        verdicts.writeInt(outcome.message == null ? 0 : 1);
        write(verdicts, (outcome.message == null ? "" : outcome.message).getBytes(StandardCharsets.UTF_8));
        verdicts.writeInt(outcome.classes.size());
        for (Map.Entry<String, byte[]> one : outcome.classes.entrySet()) {
            write(verdicts, one.getKey().getBytes(StandardCharsets.UTF_8));
            write(verdicts, one.getValue());
        }
        verdicts.flush();
    }

    private static void write(DataOutputStream verdicts, byte[] bytes) throws IOException {
        verdicts.writeInt(bytes.length);
        verdicts.write(bytes);
    }
}
