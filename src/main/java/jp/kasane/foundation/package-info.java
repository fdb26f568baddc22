/** What every module leans on: identities, the clock, and the ways a request can be refused. */
@org.springframework.modulith.ApplicationModule(type = org.springframework.modulith.ApplicationModule.Type.OPEN)
package jp.kasane.foundation;
