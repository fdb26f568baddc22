package jp.kasane;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Rules of the house that a compiler does not know (DESIGN §3, STYLE). */
@AnalyzeClasses(packages = "jp.kasane", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    private static final DescribedPredicate<JavaCall<?>> ASKS_THE_WALL_CLOCK = DescribedPredicate.describe(
            "ask the wall clock instead of the Clock they were given",
            call -> call.getName().equals("now")
                    && call.getTargetOwner().getPackageName().equals("java.time")
                    && call.getTarget().getRawParameterTypes().stream()
                            .noneMatch(type -> type.getName().equals("java.time.Clock")));

    @ArchTest
    static final ArchRule onlyEngineAndWorkersKnowCamunda = noClasses()
            .that()
            .resideOutsideOfPackages("jp.kasane.engine..", "jp.kasane.worker..", "jp.kasane.exporter..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.camunda..");

    @ArchTest
    static final ArchRule workersKnowNoDatabaseAndNoScreen = noClasses()
            .that()
            .resideInAPackage("jp.kasane.worker..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "java.sql..", "jakarta.servlet..");

    @ArchTest
    static final ArchRule nothingIsInjectedIntoFields = noFields()
            .should()
            .beAnnotatedWith("org.springframework.beans.factory.annotation.Autowired")
            .orShould()
            .beAnnotatedWith("org.springframework.beans.factory.annotation.Value")
            .orShould()
            .beAnnotatedWith("jakarta.inject.Inject");

    /** The scenario player and the local default stand outside of the system; the outbox asks for a pause, not for a fact. */
    @ArchTest
    static final ArchRule factsAreDatedByTheClockThatWasGiven = noClasses()
            .that()
            .resideOutsideOfPackages("jp.kasane.scenario..", "jp.kasane.local..", "jp.kasane.outbox.internal..")
            .and()
            .resideOutsideOfPackage("jp.kasane.exporter..")
            .should()
            .callMethodWhere(ASKS_THE_WALL_CLOCK);

    /** There is always a better word (STYLE). */
    @ArchTest
    static final ArchRule namesSayWhatAThingIs = noClasses()
            .should()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameEndingWith("Dto");
}
