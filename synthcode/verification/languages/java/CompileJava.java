import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles each source from standard input by itself, in memory. Nothing of them is run.
 *
 * Input: each source with its length. Output: for each, in order and as soon as it is known, 0 or 1 (refused), the
 * compiler's first message, and its classes: how many, and of each its name and its bytes; texts and bytes have their
 * length in front. A source that takes the compiler too long is refused, and this process ends.
 */
final class CompileJava {
    private static final long STACK_BYTES = 64L << 20;
    private static final List<String> OPTIONS = List.of(
        "-proc:none", "-implicit:none", "-Xlint:none", "-nowarn", "-classpath", "/nowhere");

    /** What came of a source. */
    private static final class Outcome {
        String message;
        Map<String, byte[]> classes = Map.of();
    }

    /** Argument: how many milliseconds a source may take. */
    public static void main(String[] arguments) throws Exception {
        DataOutputStream verdicts = new DataOutputStream(new BufferedOutputStream(System.out));
        System.setOut(System.err);
        DataInputStream input = new DataInputStream(new BufferedInputStream(System.in));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ENGLISH, StandardCharsets.UTF_8);
        int count = input.readInt();
        for (int i = 0; i < count; i++) {
            String source = new String(input.readNBytes(input.readInt()), StandardCharsets.UTF_8);
            Outcome outcome = new Outcome();
            Thread thread = new Thread(null, () -> compile(compiler, files, source, outcome), "compiler", STACK_BYTES);
            thread.start();
            thread.join(Long.parseLong(arguments[0]));
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

    private static void compile(JavaCompiler compiler, StandardJavaFileManager files, String text, Outcome outcome) {
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        Classes classes = new Classes(files);
        try {
            boolean isTaken = compiler.getTask(
                Writer.nullWriter(), classes, found, OPTIONS, null, List.of(new Source(text))).call();
            if (isTaken) outcome.classes = classes.bytes();
            else outcome.message = "the compiler refuses it";
        } catch (Throwable problem) {
            outcome.message = "the compiler gave up: " + problem.getClass().getSimpleName();
        }
        for (Diagnostic<?> one : found.getDiagnostics()) {
            if (one.getKind() != Diagnostic.Kind.ERROR || outcome.message == null) continue;
            outcome.message = "line " + one.getLineNumber() + ": " + one.getMessage(Locale.ENGLISH).replace('\n', ' ');
            return;
        }
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

    /** A source in memory, in which a public class may have any name. */
    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///program.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }

        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return true;
        }
    }

    /** Keeps the classes that the compiler makes. */
    private static final class Classes extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ByteArrayOutputStream> made = new LinkedHashMap<>();

        Classes(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
            JavaFileManager.Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/')), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return made.computeIfAbsent(name, key -> new ByteArrayOutputStream());
                }
            };
        }

        @Override
        public void close() {}

        Map<String, byte[]> bytes() {
            Map<String, byte[]> found = new LinkedHashMap<>();
            made.forEach((name, stream) -> found.put(name, stream.toByteArray()));
            return found;
        }
    }
}
