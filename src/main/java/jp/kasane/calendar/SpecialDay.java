package jp.kasane.calendar;

import java.time.LocalDate;

/** A single day the municipality has decided on: closed although it would be open, or open although it would be closed. */
public record SpecialDay(LocalDate date, boolean open, String name) {}
