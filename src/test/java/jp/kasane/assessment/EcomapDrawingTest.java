package jp.kasane.assessment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EcomapDrawingTest {

    private static Ecomap.Node node(String kind, String name) {
        return new Ecomap.Node("node:" + name, kind, name);
    }

    private static Ecomap.Tie tie(String from, String to, String kind, String direction) {
        return new Ecomap.Tie(
                UUID.randomUUID(),
                "node:" + from,
                from,
                "node:" + to,
                to,
                kind,
                direction,
                null,
                Instant.EPOCH,
                "書いた人");
    }

    @Test
    void aSinglePersonStandsInTheMiddleAndTheOthersAround() {
        var drawing = EcomapDrawing.of(
                new Ecomap(List.of(node("member", "母"), node("agency", "保健所"), node("resource", "喫茶店")), List.of()));
        assertThat(drawing.spots().getFirst().x()).isEqualTo(450);
        assertThat(drawing.spots().getFirst().y()).isEqualTo(320);
        assertThat(drawing.spots())
                .allMatch(spot -> spot.x() >= 70 && spot.x() <= 830 && spot.y() >= 26 && spot.y() <= 614);
        assertThat(drawing.spots().stream().map(spot -> spot.x() + " " + spot.y()))
                .doesNotHaveDuplicates();
    }

    @Test
    void aTieBeginsAndEndsAtTheBoxesAndAStressfulOneIsAZigzag() {
        var map = new Ecomap(
                List.of(node("member", "母"), node("agency", "保健所")),
                List.of(tie("母", "保健所", "strong", "forward"), tie("母", "保健所", "stressful", "both")));
        var lines = EcomapDrawing.of(map).lines();
        assertThat(lines.get(0).path().split("L")).hasSize(2);
        assertThat(lines.get(0).start()).isFalse();
        assertThat(lines.get(0).end()).isTrue();
        assertThat(lines.get(1).path().split("L")).hasSizeGreaterThan(5);
        assertThat(lines.get(1).start()).isTrue();
        assertThat(EcomapDrawing.of(map)).isEqualTo(EcomapDrawing.of(map));
    }

    @Test
    void aTieGoesRoundWhoeverStandsInBetween() {
        // Two members beside each other, the resource beyond the second.
        var map = new Ecomap(
                List.of(node("member", "母"), node("member", "子"), node("agency", "右"), node("resource", "左")),
                List.of(tie("母", "左", "strong", "none"), tie("母", "右", "strong", "none")));
        var lines = EcomapDrawing.of(map).lines();
        assertThat(List.of(lines.get(0), lines.get(1)).stream()
                        .map(line -> line.path().split("L").length))
                .contains(2);
        var spots = EcomapDrawing.of(map).spots();
        for (var line : lines) {
            assertThat(line.path())
                    .doesNotContain(spots.get(1).x() + " " + spots.get(1).y());
        }
    }

    @Test
    void aLongNameIsBrokenAndCutByCharactersNotBytes() {
        var drawing = EcomapDrawing.of(new Ecomap(
                List.of(node("agency", "八王子市社会福祉協議会支えあい推進課（多機関協働）"), node("agency", "𠮷田𠮷田𠮷田𠮷田𠮷田")), List.of()));
        assertThat(drawing.spots().get(0).lines()).containsExactly("八王子市社会福祉協", "議会支えあい推進…");
        assertThat(drawing.spots().get(1).lines()).containsExactly("𠮷田𠮷田𠮷田𠮷田𠮷", "田");
    }
}
