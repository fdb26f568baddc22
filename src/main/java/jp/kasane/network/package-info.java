/** 定例会議・連携会議: bodies that meet by their calendar, with an agenda, and tell the area what came of it (002, L4441-4449). */
package jp.kasane.network;
