package jp.kasane.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Links that let somebody without an account do one thing: what they may is in the link, and HMAC-SHA256 over the purpose and that
 * says that it came from here. The secret is {@code kasane.link-secret}, 32 characters or more; the local default keeps one in its
 * data directory. Without a secret there are no links. A new secret makes every link that is out invalid.
 */
@Component
public class SignedLinks {

    private static final int MAC_BYTES = 32;
    private static final int LONGEST = 400;

    private final byte[] secret;

    SignedLinks(@Value("${kasane.link-secret:}") String secret) {
        if (!secret.isBlank() && secret.length() < 32) {
            throw new IllegalStateException("kasane.link-secret must have 32 characters or more");
        }
        this.secret = secret.isBlank() ? null : secret.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether links can be made at all. */
    public boolean employed() {
        return secret != null;
    }

    /** @param content ids and times; it can be read by whoever has the link */
    public String sign(String purpose, byte[] content) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(ByteBuffer.allocate(content.length + MAC_BYTES)
                        .put(content)
                        .put(mac(purpose, content))
                        .array());
    }

    /** What was signed for this purpose; nothing for whatever was not. */
    public Optional<byte[]> read(String purpose, String token) {
        if (secret == null || token == null || token.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            var all = Base64.getUrlDecoder().decode(token);
            if (all.length <= MAC_BYTES) {
                return Optional.empty();
            }
            var content = Arrays.copyOf(all, all.length - MAC_BYTES);
            var mac = Arrays.copyOfRange(all, all.length - MAC_BYTES, all.length);
            return MessageDigest.isEqual(mac, mac(purpose, content)) ? Optional.of(content) : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private byte[] mac(String purpose, byte[] content) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            mac.update(purpose.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 is part of every Java", e);
        }
    }
}
