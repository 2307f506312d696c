import java.nio.file.*;
import java.util.*;
import javax.tools.*;

/** Compiles each file of a folder by itself, up to but without making classes. Nothing of them is run. */
class CompileEach {
    public static void main(String[] arguments) throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options = List.of("-proc:none", "-implicit:none", "-Xlint:none", "-XDshould-stop.ifNoError=FLOW");
        for (String name : Files.readAllLines(Path.of("order"))) {
            StringBuilder log = new StringBuilder();
            int errors = 0;
            try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
                DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
                compiler.getTask(null, files, found, options, null, files.getJavaFileObjects(name)).call();
                for (Diagnostic<?> one : found.getDiagnostics()) {
                    String code = one.getCode().replaceFirst("^compiler\\.err\\.", "");
                    // A public class is to stand in a file of its name: these files have names of their own.
                    if (one.getKind() != Diagnostic.Kind.ERROR || code.equals("class.public.should.be.in.file")) continue;
                    errors++;
                    if (log.length() < 4000) log.append("line " + one.getLineNumber() + ": (" + code + ") "
                        + one.getMessage(Locale.ENGLISH).replace('\n', ' ') + "\n");
                }
            } catch (Throwable problem) {
                errors++;
                log.append("line 0: (" + problem.getClass().getSimpleName() + ") the compiler gave up\n");
            }
            System.out.println("\n" + arguments[0] + " " + name + " " + (errors == 0 ? 0 : 1));
            System.out.print(log.substring(0, Math.min(log.length(), 4000)));
        }
    }
}
