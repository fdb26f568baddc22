/** The municipality's own: names, agencies, who may log in, its deadlines. The profile file is how they are first loaded. */
package jp.kasane.municipality;
