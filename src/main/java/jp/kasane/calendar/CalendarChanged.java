package jp.kasane.calendar;

import java.util.UUID;

/** Published in the transaction that changed a municipality's calendar: what was computed from it follows in the same one. */
public record CalendarChanged(UUID municipalityId) {}
