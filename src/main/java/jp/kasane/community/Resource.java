package jp.kasane.community;

import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

/**
 * 社会資源: somewhere a person may take part.
 *
 * @param kind place, work, volunteering, learning, living or other
 * @param agency who answers for it; null if it is none of the agencies
 * @param accepts participant (参加者), contributor (活動者) or both (002, L4981-4995)
 * @param tasks what there is to do
 * @param surveyedOn when it was last asked whether this still holds (yearly in 中野; 002, L4531-4535); null for never
 * @param stale nobody has asked for a year
 */
public record Resource(
        UUID id,
        String name,
        String kind,
        String agencyCode,
        String agency,
        List<String> accepts,
        String tasks,
        String hours,
        String place,
        String contact,
        LocalDate surveyedOn,
        boolean active,
        boolean stale) {}
