package jp.kasane.municipality;

import java.util.UUID;

/** 関係機関. The code is stable and stands in forms and scenarios; the name is what people read. */
public record Agency(UUID id, String code, String name, String field) {}
