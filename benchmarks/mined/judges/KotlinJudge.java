import com.intellij.openapi.util.Disposer;
import com.intellij.psi.PsiErrorElement;
import com.intellij.psi.util.PsiTreeUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jetbrains.kotlin.cli.common.CLIConfigurationKeys;
import org.jetbrains.kotlin.cli.common.messages.MessageCollector;
import org.jetbrains.kotlin.cli.jvm.compiler.EnvironmentConfigFiles;
import org.jetbrains.kotlin.cli.jvm.compiler.KotlinCoreEnvironment;
import org.jetbrains.kotlin.config.CompilerConfiguration;
import org.jetbrains.kotlin.psi.KtPsiFactory;

/** Reads texts with a NUL between them; writes 1 for each that Kotlin's compiler parses, and 0 for each that it does not. */
class KotlinJudge {
    public static void main(String[] arguments) throws IOException {
        System.setProperty("idea.io.use.nio2", "true");
        var configuration = new CompilerConfiguration();
        configuration.put(CLIConfigurationKeys.MESSAGE_COLLECTOR_KEY, MessageCollector.Companion.getNONE());
        var environment = KotlinCoreEnvironment.createForProduction(
                Disposer.newDisposable(), configuration, EnvironmentConfigFiles.JVM_CONFIG_FILES);
        var factory = new KtPsiFactory(environment.getProject());
        var verdicts = new StringBuilder();
        for (String text : new String(System.in.readAllBytes(), StandardCharsets.UTF_8).split("\0", -1)) {
            var problem = PsiTreeUtil.findChildOfType(factory.createFile(text), PsiErrorElement.class);
            verdicts.append(problem == null ? '1' : '0');
        }
        System.out.print(verdicts);
        System.exit(0);
    }
}
