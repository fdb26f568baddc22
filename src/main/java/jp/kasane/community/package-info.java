/** 地域づくり: what the area has (社会資源), what it lacks, and what is made of it (002, L1205-1209, L4531-4535, L4977-4995). */
package jp.kasane.community;
