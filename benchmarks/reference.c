/* The propagation kernels again in C, line for line: the yardstick of benchmarks/propagation.py.
 *
 * cascade_world     the algorithm of engine/cascade_kernel.py: equal sizes, run by run
 * cascade_plain     the same passes with one cheaper generator per run instead of one per node and run, for one
 *                   probability or one per edge (equal in distribution)
 * cascade_coins     one coin per edge, sixteen at a time with AVX-512 or eight with AVX2 (equal in distribution)
 * respond           the algorithm of engine/response_kernel.py: equal counts, share by share
 * random_reads      independent random reads, as many as the memory serves
 */
#include <math.h>
#include <stdint.h>
#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#define GOLDEN 0x9E3779B97F4A7C15ull
#define EDGE_SALT 0xD1B54A32D192ED03ull
#define REPOST_SALT 0x8CB92BA72F3D8DD7ull
#define BATCH 256
#define AHEAD 8
#define ESCAPE 1023

static inline uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    return x ^ (x >> 31);
}

/* Wang Yi's wyrand: one widening multiplication a word. */
#define STEP 0xA0761D6478BD642Full
#define NODE_STEP 0x9FB21C651E98DF25ull
static inline uint64_t coin_word(uint64_t counter) {
    unsigned __int128 product = (unsigned __int128)counter * (counter ^ 0xE7037ED1A0B428DBull);
    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

static inline uint64_t bits(uint64_t key, int64_t day, int64_t agent, int64_t ordinal) {
    uint64_t inner = mix(key ^ ((uint64_t)agent * GOLDEN + 0xBF58476D1CE4E5B9ull));
    return mix(inner + (((uint64_t)day << 32) | ((uint64_t)ordinal & 0xFFFFFFFFull)));
}

static inline uint32_t draw_gap(const uint32_t *table, uint32_t draw) {
    uint32_t cell = draw & 1023, entry = table[cell];
    return (draw >> 10) < (entry >> 10) ? cell : entry & 1023;
}

static inline int64_t mark_all(const int32_t *targets, int64_t n, int32_t *picked, uint64_t *visited,
                               int32_t *queue, int64_t tail) {
    for (int64_t i = 0; i < n; i++) {
        int32_t v = targets[picked[i]];
        picked[i] = v;
        __builtin_prefetch(&visited[v >> 6]);
    }
    for (int64_t i = 0; i < n; i++) {
        int32_t v = picked[i];
        uint64_t marks = visited[v >> 6];
        visited[v >> 6] = marks | 1ull << (v & 63);
        queue[tail] = v;
        tail += (int64_t)((marks >> (v & 63) & 1) ^ 1);
    }
    return tail;
}

void cascade_world(const int64_t *offsets, const int32_t *targets, const uint32_t *keep, int per_edge,
                   const uint8_t *node_class, int per_node, const uint32_t *tables, const int32_t *seeds,
                   int64_t n_seeds, uint64_t key, int64_t runs, int64_t *sizes, uint64_t *visited, int32_t *queue,
                   int32_t *picked) {
    int keeps_all = !per_edge && keep[0] == 1u << 31;
    const uint32_t *table = tables;
    for (int64_t run = 0; run < runs; run++) {
        uint64_t run_key = mix(key + (uint64_t)run * GOLDEN), edge_key = run_key + EDGE_SALT;
        int64_t head = 0, tail = 0;
        for (int64_t i = 0; i < n_seeds; i++) {
            visited[seeds[i] >> 6] |= 1ull << (seeds[i] & 63);
            queue[tail++] = seeds[i];
        }
        while (head < tail) {
            int64_t level_end = tail;
            while (head < level_end) {
                int64_t n = 0;
                while (head < level_end && n < BATCH) {
                    int64_t next = head + AHEAD < level_end ? head + AHEAD : level_end - 1;
                    __builtin_prefetch(&offsets[queue[next]]);
                    int32_t u = queue[head++];
                    int64_t position = offsets[u], end = offsets[u + 1];
                    if (per_node) table = tables + 1024 * (int64_t)node_class[u];
                    uint64_t counter = run_key + (uint64_t)u * NODE_STEP;
                    for (;; counter += STEP) {
                        uint64_t word = coin_word(counter);
                        uint32_t gap = draw_gap(table, (uint32_t)word);
                        position += gap;
                        if (position >= end) break;
                        if (gap != ESCAPE) {
                            picked[n++] = (int32_t)position;
                            __builtin_prefetch(&targets[position]);
                            position++;
                        }
                        gap = draw_gap(table, (uint32_t)(word >> 32));
                        position += gap;
                        if (position >= end) break;
                        if (gap != ESCAPE) {
                            picked[n++] = (int32_t)position;
                            __builtin_prefetch(&targets[position]);
                            position++;
                        }
                    }
                }
                if (!keeps_all) {
                    int64_t kept = 0;
                    for (int64_t i = 0; per_edge && i < n; i++) __builtin_prefetch(&keep[picked[i]]);
                    for (int64_t i = 0; i < n; i++) {
                        int32_t e = picked[i];
                        uint32_t limit = keep[per_edge ? e : 0];
                        uint64_t draw = coin_word(edge_key + (uint64_t)e * STEP) >> 33;
                        picked[kept] = e;
                        kept += draw < limit;
                    }
                    n = kept;
                }
                tail = mark_all(targets, n, picked, visited, queue, tail);
            }
        }
        for (int64_t i = 0; i < tail; i++) visited[queue[i] >> 6] = 0;
        sizes[run] = tail;
    }
}

void cascade_plain(const int64_t *offsets, const int32_t *targets, const uint32_t *keep, int per_edge,
                   const uint8_t *node_class, int per_node, const uint32_t *tables, const int32_t *seeds,
                   int64_t n_seeds, uint64_t key, int64_t runs, int64_t *sizes, uint64_t *visited, int32_t *queue,
                   int32_t *picked) {
    int keeps_all = !per_edge && keep[0] == 1u << 31;
    const uint32_t *table = tables;
    for (int64_t run = 0; run < runs; run++) {
        uint64_t state = mix(key + (uint64_t)run * GOLDEN);
        int64_t head = 0, tail = 0;
        for (int64_t i = 0; i < n_seeds; i++) {
            visited[seeds[i] >> 6] |= 1ull << (seeds[i] & 63);
            queue[tail++] = seeds[i];
        }
        while (head < tail) {
            int64_t level_end = tail, n = 0;
            while (head < level_end && n < BATCH) {
                int64_t next = head + AHEAD < level_end ? head + AHEAD : level_end - 1;
                __builtin_prefetch(&offsets[queue[next]]);
                int32_t u = queue[head++];
                int64_t position = offsets[u], end = offsets[u + 1];
                if (per_node) table = tables + 1024 * (int64_t)node_class[u];
                for (;;) {
                    uint64_t word = coin_word(state += STEP);
                    uint32_t gap = draw_gap(table, (uint32_t)word);
                    position += gap;
                    if (position >= end) break;
                    if (gap != ESCAPE) {
                        picked[n++] = (int32_t)position;
                        __builtin_prefetch(&targets[position]);
                        if (per_edge) __builtin_prefetch(&keep[position]);
                        position++;
                    }
                    gap = draw_gap(table, (uint32_t)(word >> 32));
                    position += gap;
                    if (position >= end) break;
                    if (gap != ESCAPE) {
                        picked[n++] = (int32_t)position;
                        __builtin_prefetch(&targets[position]);
                        if (per_edge) __builtin_prefetch(&keep[position]);
                        position++;
                    }
                }
            }
            if (!keeps_all) {
                int64_t kept = 0;
                for (int64_t i = 0; i < n; i++) {
                    int32_t e = picked[i];
                    picked[kept] = e;
                    kept += coin_word(state += STEP) >> 33 < keep[per_edge ? e : 0];
                }
                n = kept;
            }
            tail = mark_all(targets, n, picked, visited, queue, tail);
        }
        for (int64_t i = 0; i < tail; i++) visited[queue[i] >> 6] = 0;
        sizes[run] = tail;
    }
}

#if defined(__AVX2__) && !defined(__AVX512F__)
/* For each mask of eight lanes, the lanes to keep, packed to the left. */
static int32_t lanes_of[256][8];
static void fill_lanes(void) {
    for (int mask = 0; mask < 256; mask++)
        for (int lane = 0, n = 0; lane < 8; lane++)
            if (mask >> lane & 1) lanes_of[mask][n++] = lane;
}
#endif

void cascade_coins(const int64_t *offsets, const int32_t *targets, double p, const int32_t *seeds, int64_t n_seeds,
                   uint64_t key, int64_t runs, int64_t *sizes, uint64_t *visited, int32_t *queue, int32_t *picked) {
    uint32_t limit = (uint32_t)(p * 4294967295.0);
#if defined(__AVX2__) && !defined(__AVX512F__)
    if (!lanes_of[1][1] && !lanes_of[255][7]) fill_lanes();
#endif
    for (int64_t run = 0; run < runs; run++) {
        uint64_t run_key = mix(key + (uint64_t)run * GOLDEN);
        int64_t head = 0, tail = 0;
        for (int64_t i = 0; i < n_seeds; i++) {
            visited[seeds[i] >> 6] |= 1ull << (seeds[i] & 63);
            queue[tail++] = seeds[i];
        }
        while (head < tail) {
            int32_t u = queue[head++];
            int64_t begin = offsets[u], end = offsets[u + 1], n = 0;
            if (head < tail) __builtin_prefetch(&targets[offsets[queue[head]]]);
            uint32_t low = (uint32_t)run_key + (uint32_t)u * 0x9E3779B9u;
            int64_t e = begin;
#ifdef __AVX512F__
            const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
            for (; e + 16 <= end; e += 16) {
                __m512i at = _mm512_add_epi32(_mm512_set1_epi32((int)e), lanes);
                __m512i x = _mm512_xor_si512(_mm512_set1_epi32((int)low),
                                             _mm512_mullo_epi32(at, _mm512_set1_epi32((int)0x85EBCA6Bu)));
                x = _mm512_mullo_epi32(_mm512_xor_si512(x, _mm512_srli_epi32(x, 16)), _mm512_set1_epi32(0x7FEB352D));
                x = _mm512_mullo_epi32(_mm512_xor_si512(x, _mm512_srli_epi32(x, 15)),
                                       _mm512_set1_epi32((int)0x846CA68Bu));
                x = _mm512_xor_si512(x, _mm512_srli_epi32(x, 16));
                __mmask16 live = _mm512_cmplt_epu32_mask(x, _mm512_set1_epi32((int)limit));
                _mm512_mask_compressstoreu_epi32(picked + n, live, at);
                n += __builtin_popcount(live);
            }
#elif defined(__AVX2__)
            const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), top = _mm256_set1_epi32(INT32_MIN);
            const __m256i bound = _mm256_xor_si256(_mm256_set1_epi32((int)limit), top);
            for (; e + 8 <= end; e += 8) {
                __m256i at = _mm256_add_epi32(_mm256_set1_epi32((int)e), lanes);
                __m256i x = _mm256_xor_si256(_mm256_set1_epi32((int)low),
                                             _mm256_mullo_epi32(at, _mm256_set1_epi32((int)0x85EBCA6Bu)));
                x = _mm256_mullo_epi32(_mm256_xor_si256(x, _mm256_srli_epi32(x, 16)), _mm256_set1_epi32(0x7FEB352D));
                x = _mm256_mullo_epi32(_mm256_xor_si256(x, _mm256_srli_epi32(x, 15)),
                                       _mm256_set1_epi32((int)0x846CA68Bu));
                x = _mm256_xor_si256(x, _mm256_srli_epi32(x, 16));
                __m256i live = _mm256_cmpgt_epi32(bound, _mm256_xor_si256(x, top));
                int mask = _mm256_movemask_ps(_mm256_castsi256_ps(live));
                __m256i order = _mm256_loadu_si256((const __m256i *)lanes_of[mask]);
                _mm256_storeu_si256((__m256i *)(picked + n), _mm256_permutevar8x32_epi32(at, order));
                n += __builtin_popcount((unsigned)mask);
            }
#endif
            for (; e < end; e++) {
                uint32_t x = low ^ (uint32_t)e * 0x85EBCA6Bu;
                x = (x ^ (x >> 16)) * 0x7FEB352Du;
                x = (x ^ (x >> 15)) * 0x846CA68Bu;
                picked[n] = (int32_t)e;
                n += (x ^ (x >> 16)) < limit;
            }
            tail = mark_all(targets, n, picked, visited, queue, tail);
        }
        for (int64_t i = 0; i < tail; i++) visited[queue[i] >> 6] = 0;
        sizes[run] = tail;
    }
}

static inline int64_t pick(int64_t position, int64_t end, uint64_t counter, const uint32_t *table,
                           const int32_t *targets, int32_t *picked) {
    int64_t n = 0;
    for (;; counter += STEP) {
        uint64_t word = coin_word(counter);
        uint32_t gap = draw_gap(table, (uint32_t)word);
        position += gap;
        if (position >= end) return n;
        if (gap != ESCAPE) {
            picked[n++] = (int32_t)position;
            __builtin_prefetch(&targets[position]);
            position++;
        }
        gap = draw_gap(table, (uint32_t)(word >> 32));
        position += gap;
        if (position >= end) return n;
        if (gap != ESCAPE) {
            picked[n++] = (int32_t)position;
            __builtin_prefetch(&targets[position]);
            position++;
        }
    }
}

static inline void draw_words(int64_t n, const int32_t *picked, uint64_t *words, const int32_t *targets,
                              const float *load, uint64_t view_key) {
    for (int64_t i = 0; i < n; i++) {
        __builtin_prefetch(&load[targets[picked[i]]]);
        words[i] = mix(view_key ^ ((uint64_t)picked[i] * GOLDEN));
    }
}

void respond(const int64_t *offsets, const int32_t *targets, const float *trust, const float *fatigue,
             const float *interest, int64_t n_topics, const float *load, const double *rates,
             const uint32_t *shares, const float *share_rates, int64_t n_shares, uint64_t key, int64_t day,
             const uint32_t *tables, int64_t *counts, int32_t *seen_edges, uint8_t *seen_flags, uint64_t *visited,
             uint64_t *today, int32_t *queue, int64_t half, int32_t *picked, uint64_t *words) {
    float scale = (float)(1.0 / rates[0]), t0 = (float)rates[1], t1 = (float)rates[2], t2 = (float)rates[3];
    int32_t *next_picked = picked + half;
    uint64_t *next_words = words + half, tree_key = 0, next_key = 0;
    int64_t written = 0, next_n = 0;
    for (int64_t s = -1; s < n_shares; s++) {
        int64_t first = written, head = 0, tail = 1, level_end = 1, depth = 1, n = next_n;
        int64_t audience = 0, viewers = 0, clicks = 0, deepest = 0, beyond = 0, thinned = 0;
        const uint32_t *share = shares + 4 * (s < 0 ? 0 : s), *next = share + (s < 0 ? 0 : 4);
        const uint32_t *table = tables + 1024 * (int64_t)share[3];
        const float *rate = share_rates + 4 * (s < 0 ? 0 : s);
        int32_t root = (int32_t)share[0], u = root;
        int32_t *swap_picked = picked;
        uint64_t *swap_words = words;
        picked = next_picked, next_picked = swap_picked, words = next_words, next_words = swap_words;
        tree_key = next_key, next_n = 0;
        if (s + 2 < n_shares) __builtin_prefetch(&offsets[next[4]]);
        if (s >= 0) visited[root >> 6] |= 1ull << (root & 63);
        queue[0] = root;
        for (;;) {
            int64_t kept = 0;
            for (int64_t i = 0; i < n; i++) {
                int32_t e = picked[i];
                uint64_t w = words[i];
                float chance = (float)(w >> 40) * (1.0f / 16777216.0f);
                picked[kept] = e;
                words[kept] = w;
                kept += chance * (1.0f + load[targets[e]] * scale) < rate[0];
            }
            for (int64_t i = 0; i < kept; i++) {
                int32_t e = picked[i], v = targets[e];
                __builtin_prefetch(&visited[v >> 6]);
                __builtin_prefetch(&trust[e]);
                __builtin_prefetch(&fatigue[e]);
                __builtin_prefetch(&interest[v * n_topics + share[1]]);
            }
            if (depth == 1 && s + 1 < n_shares) {
                next_key = bits(key, day, next[0], next[2]);
                next_n = pick(offsets[next[0]], offsets[next[0] + 1], next_key + next[0] * NODE_STEP,
                              tables + 1024 * (int64_t)next[3], targets, next_picked);
            }
            float premium = depth == 1 ? rate[3] : (float)rates[4];
            for (int64_t i = 0; i < kept; i++) {
                int32_t e = picked[i], v = targets[e];
                uint64_t bit = 1ull << (v & 63);
                int flags = 0;
                if (!(visited[v >> 6] & bit) && !(trust[e] <= -1e29f)) {
                    visited[v >> 6] |= bit;
                    flags = 1;
                    viewers++;
                    today[v >> 6] |= bit;
                    float lift = expf(t0 * trust[e] + t1 * interest[v * n_topics + share[1]] - t2 * fatigue[e]);
                    if ((double)(words[i] & 0xFFFFFFFFull) / 4294967296.0 < rate[1] * premium * lift) {
                        flags |= 2;
                        clicks++;
                    }
                    if ((double)(mix(words[i] ^ REPOST_SALT) >> 32) / 4294967296.0 < rate[2] * lift) {
                        flags |= 4;
                        deepest = depth;
                        beyond += depth > 1;
                        queue[tail++] = v;
                    }
                }
                seen_edges[written] = e;
                seen_flags[written++] = (uint8_t)flags;
            }
            audience += offsets[u + 1] - offsets[u];
            if (u != root && offsets[u] >= (int64_t)rates[6]) thinned += offsets[u + 1] - offsets[u];
            if (++head == level_end) {
                level_end = tail;
                depth++;
            }
            if (head >= tail || depth > rates[5]) break;
            u = queue[head];
            n = pick(offsets[u], offsets[u + 1], tree_key + (uint64_t)u * NODE_STEP, table, targets, picked);
            draw_words(n, picked, words, targets, load, tree_key + EDGE_SALT);
        }
        draw_words(next_n, next_picked, next_words, targets, load, next_key + EDGE_SALT);
        if (s < 0) continue;
        for (int64_t i = first; i < written; i++) visited[targets[seen_edges[i]] >> 6] = 0;
        visited[root >> 6] = 0;
        int64_t *count = counts + 8 * s;
        count[0] = audience, count[1] = written - first, count[2] = viewers, count[3] = clicks;
        count[4] = tail - 1, count[5] = deepest, count[6] = beyond, count[7] = thinned;
    }
    for (int64_t i = 0; i < written; i++) today[targets[seen_edges[i]] >> 6] = 0;
}

uint64_t random_reads(const int32_t *array, int64_t n, int64_t reads, uint64_t key) {
    uint64_t sum = 0, state = mix(key);
    for (int64_t i = 0; i < reads; i++) sum += (uint64_t)array[(coin_word(state += STEP) >> 32) * (uint64_t)n >> 32];
    return sum;
}
