import java.io.*;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.*;
import javax.tools.*;

/**
 * Compiles each source from standard input by itself, up to but without making classes. Nothing of them is run.
 *
 * Input: for each source its length in bytes (4, big-endian) and its bytes in UTF-8. Output: for each, in order and as
 * soon as it is known, a line of its status (0 taken, 1 refused, 2 the compiler gave up) and its messages in Base64.
 */
class CompileEach {
    private static final int LOG_CHARACTERS = 4000;
    private static final List<String> OPTIONS = List.of(
        "-proc:none", "-implicit:none", "-Xlint:none", "-XDshould-stop.ifNoError=FLOW", "-classpath", "/nowhere");

    public static void main(String[] arguments) throws IOException {
        PrintStream verdicts = System.out;
        System.setOut(System.err);
        DataInputStream input = new DataInputStream(new BufferedInputStream(System.in));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        for (byte[] source = next(input); source != null; source = next(input)) {
            StringBuilder log = new StringBuilder();
            int status;
            try {
                status = compile(compiler, new Source(source), log);
            } catch (Throwable problem) {
                status = 2;
                log.append("line 0: (" + problem.getClass().getSimpleName() + ") the compiler gave up\n");
            }
            byte[] messages = log.substring(0, Math.min(log.length(), LOG_CHARACTERS)).getBytes(StandardCharsets.UTF_8);
            verdicts.println(status + " " + Base64.getEncoder().encodeToString(messages));
            verdicts.flush();
        }
    }

    private static byte[] next(DataInputStream input) throws IOException {
        try {
            return input.readNBytes(input.readInt());
        } catch (EOFException end) {
            return null;
        }
    }

    private static int compile(JavaCompiler compiler, Source source, StringBuilder log) throws IOException {
        int errors = 0;
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
            compiler.getTask(Writer.nullWriter(), files, found, OPTIONS, null, List.of(source)).call();
            for (Diagnostic<?> one : found.getDiagnostics()) {
                String code = one.getCode().replaceFirst("^compiler\\.err\\.", "");
                // A public class is to stand in a file of its name: these sources have none.
                if (one.getKind() != Diagnostic.Kind.ERROR || code.equals("class.public.should.be.in.file")) continue;
                errors++;
                if (log.length() < LOG_CHARACTERS) log.append("line " + one.getLineNumber() + ": (" + code + ") "
                    + one.getMessage(Locale.ENGLISH).replace('\n', ' ') + "\n");
            }
        }
        return errors == 0 ? 0 : 1;
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(byte[] text) {
            super(URI.create("string:///program.java"), Kind.SOURCE);
            this.text = new String(text, StandardCharsets.UTF_8);
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
