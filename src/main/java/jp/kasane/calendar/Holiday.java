package jp.kasane.calendar;

import java.time.LocalDate;

/** 国民の祝日・休日 (振替休日 and 国民の休日 included), with the name people know it by. */
public record Holiday(LocalDate date, String name, String nameEn) {}
