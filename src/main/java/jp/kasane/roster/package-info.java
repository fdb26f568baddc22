/** 名簿訪問: the people on a list are visited one by one, and what was heard is noted (001, L16051-16055, L11002-11006). */
package jp.kasane.roster;
