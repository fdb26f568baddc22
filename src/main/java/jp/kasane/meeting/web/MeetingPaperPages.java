package jp.kasane.meeting.web;

import java.util.UUID;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.meeting.MeetingPapers;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** MeetingPapers to print. Their names say nothing of what is in them. */
@Controller
class MeetingPaperPages {

    private final MeetingPapers papers;

    MeetingPaperPages(MeetingPapers papers) {
        this.papers = papers;
    }

    @GetMapping("/sittings/{id}/agenda.pdf")
    ResponseEntity<byte[]> agenda(@PathVariable String id) {
        return pdf(papers.agenda(id(id)), "agenda.pdf");
    }

    @GetMapping("/meetings/{id}/paper.pdf")
    ResponseEntity<byte[]> paper(@PathVariable String id) {
        return pdf(papers.paper(id(id)), "meeting.pdf");
    }

    private static ResponseEntity<byte[]> pdf(byte[] content, String name) {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_PDF)
                .header(HttpHeaders.CONTENT_DISPOSITION, "inline; filename=" + name)
                .body(content);
    }

    private static UUID id(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("会議"));
    }
}
