import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Reads texts with a NUL between them; writes 1 for each that javac parses, and 0 for each that it does not. */
class Judge {
    static class Text extends SimpleJavaFileObject {
        private final String code;

        Text(String code) {
            super(URI.create("string:///Text.java"), Kind.SOURCE);
            this.code = code;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
        }
    }

    public static void main(String[] arguments) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var files = compiler.getStandardFileManager(null, null, null);
        var verdicts = new StringBuilder();
        for (String text : new String(System.in.readAllBytes(), StandardCharsets.UTF_8).split("\0", -1)) {
            var problems = new DiagnosticCollector<JavaFileObject>();
            var task = (JavacTask) compiler.getTask(null, files, problems, null, null, List.of(new Text(text)));
            task.parse();
            boolean failed = problems.getDiagnostics().stream().anyMatch(one -> one.getKind() == Diagnostic.Kind.ERROR);
            verdicts.append(failed ? '0' : '1');
        }
        System.out.print(verdicts);
    }
}
