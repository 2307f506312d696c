/* Results as canonical JSON, see synthcode/verification/cases/results.py. It stands after the translation, needs no
   header, and calls nothing that a program can replace. HIDDEN stands for a prefix that no translation can know. */
static char HIDDEN_buffer[1 << 16];
static unsigned long HIDDEN_filled;

static void HIDDEN_flush(void) {
    HIDDEN_write(1, HIDDEN_buffer, HIDDEN_filled);
    HIDDEN_filled = 0;
}

static void HIDDEN_byte(char byte) {
    if (HIDDEN_filled == sizeof HIDDEN_buffer) HIDDEN_flush();
    HIDDEN_buffer[HIDDEN_filled++] = byte;
}

static void HIDDEN_put(const char *text) {
    while (*text) HIDDEN_byte(*text++);
}

static void HIDDEN_bytes(const char *text, long length) {
    HIDDEN_byte('"');
    for (long i = 0; i < length; ++i) {
        const unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') {
            HIDDEN_byte('\\');
            HIDDEN_byte((char)c);
        } else if (c < 0x20 || c == 0x7f) {
            HIDDEN_put("\\u00");
            HIDDEN_byte("0123456789abcdef"[c >> 4]);
            HIDDEN_byte("0123456789abcdef"[c & 15]);
        } else {
            HIDDEN_byte((char)c);
        }
    }
    HIDDEN_byte('"');
}

static void HIDDEN_string(const char *text) {
    long length = 0;
    if (text == 0) {
        HIDDEN_put("null");
        return;
    }
    while (text[length]) ++length;
    HIDDEN_bytes(text, length);
}

static void HIDDEN_character(char value) { HIDDEN_bytes(&value, 1); }

static void HIDDEN_boolean(_Bool value) { HIDDEN_put(value ? "true" : "false"); }

static void HIDDEN_natural(unsigned long long value) {
    char digits[24];
    int count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (count) HIDDEN_byte(digits[--count]);
}

static void HIDDEN_integer(long long value) {
    if (value < 0) HIDDEN_byte('-');
    HIDDEN_natural(value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value);
}

static void HIDDEN_real(double value) {
    char text[64];
    if (value != value || value - value != 0) {
        HIDDEN_put(value != value ? "{\"float\": \"nan\"}" : value > 0 ? "{\"float\": \"inf\"}" : "{\"float\": \"-inf\"}");
        return;
    }
    __builtin_snprintf(text, sizeof text, "%.16e", value);
    HIDDEN_put(text);
}

static void HIDDEN_begin(const char *place) {
    for (unsigned long i = 0; i < HIDDEN_length; ++i) HIDDEN_byte(HIDDEN_nonce[i]);
    HIDDEN_put(place);
}

static void HIDDEN_end(void) {
    HIDDEN_byte('\n');
    HIDDEN_flush();
}
