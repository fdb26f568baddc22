package jp.kasane.access;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A request that changes something and is an auditor's all the same. Whatever else is not a look is refused to a login with the role of
 * an auditor, before anything of it is read, an endpoint of tomorrow as well ({@code AuditorsOnlyLook}).
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OpenToAuditors {

    /** Why: what it changes is nobody else's. */
    String value();
}
