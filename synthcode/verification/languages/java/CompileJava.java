import java.io.ByteArrayOutputStream;
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

/** Compiles Java in memory: see Compiling. */
final class CompileJava {
    private static final List<String> OPTIONS = List.of(
        "-proc:none", "-implicit:none", "-Xlint:none", "-nowarn", "-classpath", "/nowhere");

    /** Argument: how many milliseconds a source may take. */
    public static void main(String[] arguments) throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ENGLISH, StandardCharsets.UTF_8);
        Compiling.all(Long.parseLong(arguments[0]), (source, outcome) -> compile(compiler, files, source, outcome));
    }

    private static void compile(
        JavaCompiler compiler, StandardJavaFileManager files, String text, Compiling.Outcome outcome) {
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        Classes classes = new Classes(files);
        boolean isTaken = compiler.getTask(
            Writer.nullWriter(), classes, found, OPTIONS, null, List.of(new Source(text))).call();
        classes.made.forEach((name, stream) -> outcome.classes.put(name, stream.toByteArray()));
        if (isTaken) return;
        outcome.message = "the compiler refuses it";
        for (Diagnostic<?> one : found.getDiagnostics()) {
            if (one.getKind() != Diagnostic.Kind.ERROR) continue;
            outcome.message = "line " + one.getLineNumber() + ": " + one.getMessage(Locale.ENGLISH).replace('\n', ' ');
            return;
        }
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
        final Map<String, ByteArrayOutputStream> made = new LinkedHashMap<>();

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
    }
}
