/** What all screens and the REST API share: the frame of a page, the language, and the one error format. */
package jp.kasane.web;
