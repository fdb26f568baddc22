package jp.kasane.roster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import jp.kasane.foundation.Refusal;
import jp.kasane.table.TableFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as people have them: what is good is read, what is not is told by its row, and nothing that stood there is repeated. */
class RosterFileTest {

    private static final LocalDate TODAY = LocalDate.of(2026, 11, 22);
    private static final UUID AGENCY = UUID.randomUUID();

    private static RosterFile.Content read(String fileName, byte[] bytes) {
        return RosterFile.read(
                fileName, bytes, TODAY, name -> name.equals("なごみの家") ? Optional.of(AGENCY) : Optional.empty());
    }

    private static RosterFile.Content csv(String... lines) {
        return read("list.csv", String.join("\r\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> mistakes(RosterFile.Content content) {
        return content.mistakes().stream()
                .map(mistake -> mistake.row() + " " + mistake.field() + " " + mistake.reason())
                .toList();
    }

    private static void refused(String fileName, byte[] bytes, String part) {
        assertThatThrownBy(() -> read(fileName, bytes))
                .isInstanceOf(Refusal.Invalid.class)
                .hasMessageContaining(part);
    }

    @Test
    void everyColumnIsRead() {
        var content = csv(
                "番号,氏名,ふりがな,生年月日,住所,電話,担当機関,備考",
                "12,見守 花子,みまもり はなこ,昭和18年5月1日,中央1-2-3,０４２－６２０－７４５１,なごみの家,\"犬がいる\n裏口から\"");

        assertThat(content.mistakes()).isEmpty();
        assertThat(content.people())
                .containsExactly(new RosterFile.Person(
                        2,
                        "n:12",
                        "見守 花子",
                        "みまもり はなこ",
                        LocalDate.of(1943, 5, 1),
                        "中央1-2-3",
                        "042-620-7451",
                        AGENCY,
                        "犬がいる\n裏口から"));
    }

    @Test
    void nameAndAddressAreEnough() {
        var content = csv("氏名,住所", "見守 花子,中央1-2-3", "見守 太郎,中央1-2-3");

        assertThat(content.people()).extracting(RosterFile.Person::name).containsExactly("見守 花子", "見守 太郎");
        assertThat(content.people()).extracting(RosterFile.Person::key).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "windows-31j"})
    void bothEncodingsAreRead(String charset) {
        var content = read("list.csv", "氏名,住所\r\n髙橋①,中央〜1\r\n".replace("〜", "～").getBytes(Charset.forName(charset)));

        assertThat(content.people()).extracting(RosterFile.Person::name).containsExactly("髙橋①");
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheHeading() {
        assertThat(csv("\uFEFF氏名,住所", "見守 花子,中央1").people()).hasSize(1);
    }

    @Test
    void whatExcelCopiesIsSeparatedByTabs() {
        assertThat(csv("氏名\t住所", "見守 花子\t中央1").people()).hasSize(1);
    }

    @Test
    void rowsAreNumberedAsInTheFileEmptyOnesIncluded() {
        var content = csv("", "氏名,住所,生年月日", "見守 花子,中央1,", "", ",,", "見守 次郎,中央2,昨日");

        assertThat(content.rows()).isEqualTo(2);
        assertThat(mistakes(content)).containsExactly("6 birthDate date");
    }

    @Test
    void everyMistakeOfARowIsTold() {
        var content = csv(
                "番号,氏名,生年月日,住所,電話,担当機関,備考",
                "1,,令和99年1月1日,,12345,しらない所," + "長".repeat(1001),
                "2,見守 花子,2026-11-23,中央1,,,",
                "3,見守 花子,1890-01-01,中央1,,,");

        assertThat(mistakes(content))
                .containsExactly(
                        "2 name missing",
                        "2 birthDate unlikely",
                        "2 address missing",
                        "2 phone phone",
                        "2 agency agency",
                        "2 note long",
                        "3 birthDate unlikely",
                        "4 birthDate unlikely");
        assertThat(content.refused()).isEqualTo(3);
    }

    @Test
    void theSamePersonTwiceIsADuplicateByNumberElseByNameBirthAndAddress() {
        assertThat(mistakes(csv("番号,氏名,住所", "１,見守 花子,中央1", "1,別の人,中央2"))).containsExactly("3 row duplicate");
        assertThat(mistakes(
                        csv("氏名,生年月日,住所", "見守 花子,昭和18年5月1日,中央１－２", "見守　花子,1943-05-01,中央1-2", "見守 花子,1944-05-01,中央1-2")))
                .as("digits and spaces are folded, another birth date is another person")
                .containsExactly("3 row duplicate");
    }

    @Test
    void aRowWithAMistakeDoesNotKeepALaterGoodOneOut() {
        var content = csv("番号,氏名,住所", "1,見守 花子,", "1,見守 花子,中央1");

        assertThat(content.people()).extracting(RosterFile.Person::number).containsExactly(3);
    }

    @Test
    void columnsThatAreNoneOfTheListsAreNamedByTheirLetterOnly() {
        var content = csv("氏名,血液型,住所,好きなもの", "見守 花子,A,中央1,お茶");

        assertThat(content.ignoredColumns()).containsExactly("B", "D");
        assertThat(content.people()).hasSize(1);
    }

    @Test
    void unreadableCharactersAreAMistake() {
        assertThat(mistakes(csv("氏名,住所", "見守\u0007,中央1", "見守\uFFFD,中央2")))
                .containsExactly("2 name unreadable", "3 name unreadable");
    }

    @Test
    void namesAreKeptAsTheyAreWritten() {
        assertThat(csv("氏名,住所", "葛\uDB40\uDD00飾 𠮷田,１－２").people())
                .extracting(RosterFile.Person::name, RosterFile.Person::address)
                .containsExactly(tuple("葛\uDB40\uDD00飾 𠮷田", "１－２"));
    }

    // ── Excel ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @Test
    void aWorkbookIsReadByItsOwnRowNumbers() {
        var bytes = new Workbook()
                .row("氏名", "住所", "生年月日", "番号")
                .skip()
                .row("見守 花子", "中央1", "昭和18年5月1日", "A-1")
                .row("見守 次郎", null, null, null)
                .bytes();

        var content = read("list.xlsx", bytes);

        assertThat(content.people())
                .extracting(RosterFile.Person::number, RosterFile.Person::key, RosterFile.Person::birthDate)
                .containsExactly(tuple(3, "n:a-1", LocalDate.of(1943, 5, 1)));
        assertThat(mistakes(content)).containsExactly("4 address missing");
    }

    @Test
    void excelsDaysAndNumbersAreRead() {
        var bytes = new Workbook()
                .row("番号", "生年月日", "氏名", "住所")
                .raw("<v>12</v>", "<v>15827</v>", "<v>1</v>", "<v>2</v>")
                .bytes();

        var content = read("list.xlsx", bytes);

        assertThat(content.people())
                .extracting(RosterFile.Person::key, RosterFile.Person::birthDate)
                .containsExactly(tuple("n:12", LocalDate.of(1943, 5, 1)));
    }

    @Test
    void aFormulaIsAMistakeOfItsCell() {
        var bytes = new Workbook()
                .row("氏名", "住所", "番号")
                .raw("<f>A1</f><v>1</v>", "<f>B1</f><v>2</v>", "<v>7</v>")
                .bytes();

        assertThat(mistakes(read("list.xlsx", bytes))).containsExactly("2 name formula", "2 address formula");
    }

    // ── no list at all ─────────────────────────────────────────────────────────────────────────────────────────────

    @Test
    void whatIsNoListIsRefusedInASentence() throws IOException {
        refused("list.csv", new byte[0], "空です");
        refused("list.csv", " \r\n,,\r\n".getBytes(StandardCharsets.UTF_8), "何も書かれていません");
        refused("list.csv", "氏名,住所\r\n".getBytes(StandardCharsets.UTF_8), "一人も書かれていません");
        refused("list.csv", "名前だけ,所\r\n山田,中央\r\n".getBytes(StandardCharsets.UTF_8), "「氏名」と「住所」がありません");
        refused("list.csv", "氏名,住所,名前\r\na,b,c".getBytes(StandardCharsets.UTF_8), "見出しが二つあります");
        refused("list.csv", "氏名,住所\r\n\"山田,中央".getBytes(StandardCharsets.UTF_8), "形が崩れています");
        refused("list.csv", new byte[] {1, 0, 2, 3}, "CSVでもExcel");
        refused("list.csv", new byte[] {(byte) 0x81, (byte) 0x20, (byte) 0xFF, (byte) 0xFD}, "文字コード");
        refused("list.xlsx", "氏名,住所\r\n山田,中央".getBytes(StandardCharsets.UTF_8), "Excelのファイルではありません");
        refused("list.xlsx", new byte[] {(byte) 0xD0, (byte) 0xCF, 0x11, (byte) 0xE0, 0, 0}, "パスワード");
        refused("list.xlsx", zip("other.txt", 10), "圧縮ファイル");
        refused("list.xlsx", Arrays.copyOf(zip("xl/workbook.xml", 5000), 60), "途中で切れています");
        refused("list.xlsx", zip("xl/workbook.xml", 100), "Excelのファイルとして読めません");
    }

    @Test
    void aFileThatGrowsWithoutEndIsNotUnpacked() throws IOException {
        refused("list.xlsx", zip("xl/workbook.xml", 130 * 1024 * 1024), "大きくなりすぎる");
    }

    @Test
    void moreRowsThanALimitAreRefusedBeforeAnythingIsRead() {
        var text = "氏名,住所\r\n" + "a,b\r\n".repeat(TableFile.MOST_ROWS + 1);

        refused("list.csv", text.getBytes(StandardCharsets.UTF_8), "50,000行まで");
        refused("list.csv", new byte[TableFile.MOST_BYTES + 1], "10MBまで");
    }

    @Test
    void noSentenceRepeatsWhatStoodThere() {
        assertThatThrownBy(() -> csv("秘密 花子,ひみつ町1", "秘密 太郎,ひみつ町2"))
                .isInstanceOf(Refusal.Invalid.class)
                .message()
                .doesNotContain("秘密", "ひみつ");
    }

    private static byte[] zip(String name, int size) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(name));
            var zeros = new byte[1024 * 1024];
            for (int left = size; left > 0; left -= zeros.length) {
                zip.write(zeros, 0, Math.min(left, zeros.length));
            }
            zip.closeEntry();
        }
        return out.toByteArray();
    }
}
