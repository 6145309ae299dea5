/* SHA-256 of a piece of memory (FIPS 180-4). */

static const u32 sha256_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline u32 rotated(u32 word, int by) { return word >> by | word << (32 - by); }

static void sha256_block(u32 state[8], const u8 *block)
{
	u32 w[64], v[8];
	for (int i = 0; i < 16; i++, block += 4)
		w[i] = (u32)block[0] << 24 | block[1] << 16 | block[2] << 8 | block[3];
	for (int i = 16; i < 64; i++) {
		u32 a = w[i - 15], b = w[i - 2];
		w[i] = w[i - 16] + w[i - 7] + (rotated(a, 7) ^ rotated(a, 18) ^ a >> 3) +
		       (rotated(b, 17) ^ rotated(b, 19) ^ b >> 10);
	}
	memcpy(v, state, sizeof(v));
	for (int i = 0; i < 64; i++) {
		u32 e = v[4], a = v[0];
		u32 one = v[7] + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) +
			  ((e & v[5]) ^ (~e & v[6])) + sha256_constants[i] + w[i];
		u32 two = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) +
			  ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
		for (int j = 7; j; j--)
			v[j] = v[j - 1];
		v[4] += one;
		v[0] = one + two;
	}
	for (int i = 0; i < 8; i++)
		state[i] += v[i];
}

static void sha256(const u8 *data, size_t size, u32 state[8])
{
	static const u32 start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
				     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	u8 last[128];
	u64 bits = (u64)size * 8;
	size_t left = size % 64, tail = left < 56 ? 64 : 128;
	memcpy(state, start, sizeof(start));
	for (size_t i = 0; i < size / 64; i++)
		sha256_block(state, data + 64 * i);
	memset(last, 0, sizeof(last));
	memcpy(last, data + size - left, left);
	last[left] = 0x80;
	for (int i = 0; i < 8; i++)
		last[tail - 1 - i] = bits >> 8 * i;
	for (size_t i = 0; i < tail; i += 64)
		sha256_block(state, last + i);
}
