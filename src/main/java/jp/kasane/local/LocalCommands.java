package jp.kasane.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Types;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import jp.kasane.audit.AnchorFiles;
import jp.kasane.audit.Verification;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Commands of the engineer: backup and restore of the local default, verifying the trail, how long it is kept. PostgreSQL and the documents are kept: the engine is disposable, and after a restore every open
 * case is started again where the database says it stands (re-seat).
 */
final class LocalCommands {

    private static final String DOCUMENTS = "documents";

    /** What PostgreSQL makes anew at every start, or must not be copied while it runs. */
    private static final List<String> LEFT_OUT = List.of("postmaster.pid", "postmaster.opts", "epg-lock");

    private LocalCommands() {}

    /** @return whether the arguments were a command */
    static boolean run(String[] args) throws IOException, SQLException {
        if (args.length == 2 && args[0].equals("backup")) {
            backup(LocalRuntime.dataPath(), Path.of(args[1]));
            return true;
        }
        if (args.length == 2 && args[0].equals("restore")) {
            restore(LocalRuntime.dataPath(), Path.of(args[1]));
            return true;
        }
        if (args.length == 1 && args[0].equals("verify-trail")) {
            verifyTrail(LocalRuntime.dataPath());
            return true;
        }
        if (args.length >= 1 && args[0].equals("retention")) {
            retention(LocalRuntime.dataPath(), List.of(args).subList(1, args.length));
            return true;
        }
        if (args.length > 0 && (args[0].equals("backup") || args[0].equals("restore"))) {
            throw new CannotStart("usage: " + args[0] + " <file.zip>");
        }
        return false;
    }

    /** A consistent copy of the database, whether Kasane is running or not. */
    static void backup(Path directory, Path target) throws IOException, SQLException {
        var postgres = directory.resolve("postgres");
        if (!Files.exists(postgres.resolve("PG_VERSION"))) {
            throw new CannotStart(
                    "there is no database in " + directory + ": set KASANE_DATA to the data directory to be kept.");
        }
        if (Files.exists(target)) {
            throw new CannotStart(target + " exists already: name another file.");
        }
        var running = postgres.resolve("postmaster.pid");
        if (Files.exists(running)) {
            var port =
                    Files.readAllLines(running, StandardCharsets.UTF_8).get(3).trim();
            try (var connection = DriverManager.getConnection(
                            "jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", "");
                    var statement = connection.createStatement()) {
                statement.execute("select pg_backup_start('kasane', true)");
                try (var zip = new ZipOutputStream(Files.newOutputStream(target))) {
                    copy(postgres, zip, false);
                    try (var label = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                        label.next();
                        zip.putNextEntry(new ZipEntry("backup_label"));
                        zip.write(label.getString(1).getBytes(StandardCharsets.UTF_8));
                        zip.closeEntry();
                    }
                    // The log written meanwhile is what makes the copy consistent.
                    copyBelow(postgres, postgres.resolve("pg_wal"), zip);
                    documents(directory, zip);
                }
            }
        } else {
            try (var lock = DataDirectory.open(directory);
                    var zip = new ZipOutputStream(Files.newOutputStream(target))) {
                copy(postgres, zip, true);
                documents(directory, zip);
            }
        }
        System.out.println(
                "Kasane: バックアップを書きました " + target.toAbsolutePath() + "（" + Files.size(target) / 1024 / 1024 + " MB）");
    }

    /**
     * Verifies the trail of the local default that is running here, or of the database that SPRING_DATASOURCE_URL names. Needs nothing of
     * the application but the database's functions.
     *
     * @throws CannotStart if anything is not as it was sealed
     */
    static void verifyTrail(Path directory) throws IOException {
        var anchors = System.getenv("KASANE_TRAIL_ANCHORS");
        var database = database(directory, "SPRING_DATASOURCE", "kasane_app");
        var result = new Verification(JdbcClient.create(database))
                .run(
                        new AnchorFiles(anchors == null ? directory.resolve("anchors") : Path.of(anchors)),
                        done -> System.out.println("Kasane: 検証しています… " + done + " 件"));
        result.findings().forEach(finding -> System.out.println("Kasane: " + finding));
        if (!result.whole()) {
            throw new CannotStart(
                    "the trail is not whole: " + result.count() + " findings in " + result.links() + " entries.");
        }
        System.out.println("Kasane: 証跡に書き換えはありません（" + result.links() + " 件、アンカー " + result.anchors() + " 件、先頭 "
                + result.head() + "）");
    }

    /**
     * Shows, or sets, how long what is kept: {@code look=60 act=120 engine=60 records=36}, in months, or {@code forever}. As the owner of
     * the database: the application itself can only ask for what has expired.
     */
    static void retention(Path directory, List<String> wanted) throws IOException {
        var jdbc = JdbcClient.create(database(directory, "SPRING_FLYWAY", "kasane_owner"));
        var months = new LinkedHashMap<String, Integer>();
        for (var each : wanted) {
            var parts = each.split("=", 2);
            if (parts.length != 2
                    || !List.of("look", "act", "engine", "records").contains(parts[0])
                    || !parts[1].matches("forever|\\d{1,4}")
                    || !parts[1].equals("forever") && Integer.parseInt(parts[1]) < 12) {
                throw new CannotStart(
                        "usage: retention [look|act|engine|records=<months, 12 at least>|forever] …, not " + each);
            }
            months.put(parts[0], parts[1].equals("forever") ? null : Integer.valueOf(parts[1]));
        }
        months.forEach((name, number) -> jdbc.sql("update audit.retention set months = :months where class = :class")
                .param("months", number, Types.INTEGER)
                .param("class", name)
                .update());
        jdbc.sql(
                        "select class, months from audit.retention order by array_position(array ['look', 'act', 'engine', 'records'], class)")
                .query((row, n) -> row.getString("class") + " "
                        + (row.getString("months") == null ? "無期限" : row.getString("months") + " か月"))
                .list()
                .forEach(line -> System.out.println("Kasane: 保存期間 " + line));
    }

    /** The database that is running here as its superuser, or the one that the environment names. */
    private static DriverManagerDataSource database(Path directory, String environment, String user)
            throws IOException {
        var url =
                Optional.ofNullable(System.getenv(environment + "_URL")).orElse(System.getenv("SPRING_DATASOURCE_URL"));
        var database = new DriverManagerDataSource();
        if (url != null) {
            database.setUrl(url);
            database.setUsername(Optional.ofNullable(System.getenv(environment + "_USERNAME"))
                    .or(() -> Optional.ofNullable(System.getenv(environment + "_USER")))
                    .orElse(user));
            database.setPassword(System.getenv().getOrDefault(environment + "_PASSWORD", ""));
            return database;
        }
        var running = directory.resolve("postgres/postmaster.pid");
        if (!Files.exists(running)) {
            throw new CannotStart("Kasane is not running on " + directory
                    + ": start it first, or set SPRING_DATASOURCE_URL to its database.");
        }
        var port = Files.readAllLines(running, StandardCharsets.UTF_8).get(3).trim();
        database.setUrl("jdbc:postgresql://127.0.0.1:" + port + "/kasane");
        database.setUsername("postgres");
        return database;
    }

    private static void copy(Path postgres, ZipOutputStream zip, boolean withLog) throws IOException {
        Files.walkFileTree(postgres, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                if (!directory.equals(postgres)) {
                    zip.putNextEntry(new ZipEntry(name(postgres, directory) + "/"));
                    zip.closeEntry();
                }
                return !withLog && directory.equals(postgres.resolve("pg_wal"))
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!LEFT_OUT.contains(file.getFileName().toString())) {
                    write(postgres, file, zip);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                // A running database drops files while we walk; the log brings them back where they matter.
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** After the database: whatever it names is there. */
    private static void documents(Path directory, ZipOutputStream zip) throws IOException {
        if (Files.isDirectory(directory.resolve(DOCUMENTS))) {
            copyBelow(directory, directory.resolve(DOCUMENTS), zip);
        }
    }

    private static void copyBelow(Path root, Path directory, ZipOutputStream zip) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                write(root, file, zip);
            }
        }
    }

    private static void write(Path root, Path file, ZipOutputStream zip) throws IOException {
        zip.putNextEntry(new ZipEntry(name(root, file)));
        try (var in = Files.newInputStream(file)) {
            in.transferTo(zip);
        }
        zip.closeEntry();
    }

    private static String name(Path root, Path path) {
        return root.relativize(path).toString().replace('\\', '/');
    }

    /** Puts the database of the backup in place; what was there before is set aside, not deleted. */
    static void restore(Path directory, Path source) throws IOException {
        if (!Files.isReadable(source)) {
            throw new CannotStart(source + " cannot be read: name the file the backup command wrote.");
        }
        try (var data = DataDirectory.open(directory);
                var zip = new ZipFile(source.toFile())) {
            if (zip.getEntry("PG_VERSION") == null) {
                throw new CannotStart(source + " is not a backup of Kasane.");
            }
            var now = System.currentTimeMillis();
            // Unpacked beside what is there: only a backup that is whole takes its place.
            var unpacked = unpack(zip, source, directory.resolve("restoring-" + now));
            var aside = directory.resolve("before-restore-" + now);
            for (var old : List.of(data.postgres(), data.camunda(), data.documents())) {
                if (Files.exists(old)) {
                    Files.createDirectories(aside);
                    Files.move(old, aside.resolve(old.getFileName()));
                }
            }
            if (Files.exists(unpacked.resolve(DOCUMENTS))) {
                Files.move(unpacked.resolve(DOCUMENTS), data.documents());
            }
            Files.move(unpacked, data.postgres());
        } catch (ZipException e) {
            throw new CannotStart(source + " is not a backup of Kasane.");
        }
        System.out.println("Kasane: 復元しました。次の起動で、開いているケースがそれぞれの段階から再開されます");
    }

    private static Path unpack(ZipFile zip, Path source, Path target) throws IOException {
        Files.createDirectories(target);
        if (Files.getFileStore(target).supportsFileAttributeView(PosixFileAttributeView.class)) {
            // PostgreSQL refuses a data directory that others may read.
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
        }
        for (var entries = zip.entries(); entries.hasMoreElements(); ) {
            var entry = entries.nextElement();
            var file = target.resolve(entry.getName()).normalize();
            if (!file.startsWith(target)) {
                throw new CannotStart(source + " names a file outside of itself: not a backup of Kasane.");
            }
            if (entry.isDirectory()) {
                Files.createDirectories(file);
            } else {
                Files.createDirectories(file.getParent());
                Files.copy(zip.getInputStream(entry), file);
            }
        }
        return target;
    }
}
