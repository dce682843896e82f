// The scoring core once more, for who tries the calculator: criteria that are met in, points, tiers and the cheapest way up out.
// It says of every edition what criteria/scoring says; a test holds the two together. What a city is given is computed there alone.

const up = (number, by) => Math.floor((number + by - 1) / by);

// The fewest points that are a share: a per cent is a pair of whole numbers.
function fewest([part, of], possible, rounding) {
  return rounding === "exact" ? up(part * possible, of * 100) : up((2 * up(part, of) - 1) * possible, 200);
}

// What the criteria met (a set of codes) come to: points, each criterion's reason, each tier with what is missing.
export function score(book, met) {
  const rules = new Map(book.rules.map((rule) => [rule.code, rule]));
  const roots = new Map();
  const rootsOf = (code) => {
    if (!roots.has(code)) {
      const found = new Set(met.has(code) ? [] : [code]);
      for (const need of rules.get(code).needs) for (const root of rootsOf(need)) found.add(root);
      roots.set(code, found);
    }
    return roots.get(code);
  };
  const reasons = new Map();
  const areas = new Map();
  let points = 0;
  let possible = 0;
  for (const rule of book.rules) {
    const lacking = rootsOf(rule.code);
    const why = !met.has(rule.code) ? "not_met" : lacking.size ? "blocked" : "counted";
    const earned = why === "counted" ? rule.points : 0;
    const behind = new Set([...lacking, ...rule.needs.filter((need) => rootsOf(need).size)]);
    reasons.set(rule.code, { why, blockedBy: why === "blocked" ? book.rules.map((each) => each.code).filter((code) => behind.has(code)) : [] });
    const area = areas.get(rule.area) ?? { area: rule.area, points: 0, possible: 0 };
    areas.set(rule.area, { area: rule.area, points: area.points + earned, possible: area.possible + rule.points });
    points += earned;
    possible += rule.points;
  }
  const without = (code) => reasons.get(code).why !== "counted";
  const tiers = book.tiers.map((tier) => {
    const floor = Math.max(1, fewest(tier.floor_percent, possible, book.rounding));
    const short = Math.max(0, floor - points);
    const missingCore = tier.requires_core ? book.rules.filter((rule) => rule.core && without(rule.code)).map((rule) => rule.code) : [];
    const missingRequired = tier.required.filter(without);
    const least = (area) => (tier.area_minimum_percent[0] ? fewest(tier.area_minimum_percent, area.possible, book.rounding) : 0);
    const below = [...areas.values()].filter((area) => area.points < least(area)).map((area) => ({ area: area.area, short: least(area) - area.points }));
    return { key: tier.key, floor, short, missingCore, missingRequired, below, reached: !(short || missingCore.length || missingRequired.length || below.length) };
  });
  return { points, possible, reasons, tiers, tier: tiers.findLast((tier) => tier.reached)?.key ?? null };
}

// The cheapest way to the tier after the highest one reached: fewest criteria, then least effort, then code. Null where none is left.
export function nextSteps(book, met) {
  const now = score(book, met);
  const place = now.tiers.findIndex((tier) => tier.key === now.tier);
  const goal = now.tiers[place + 1];
  if (!goal || goal.reached) return null;
  const codes = new Search(book, now, goal).cheapest();
  return { tier: goal.key, codes: codes ?? [], reachable: codes !== null };
}

// The criteria without their points, each a bit, so that a set of them is one whole number; criteria/scoring/next_steps.py explains it.
class Search {
  constructor(book, now, goal) {
    this.efforts = book.efforts;
    const lost = book.rules.filter((rule) => now.reasons.get(rule.code).why !== "counted");
    const sorted = lost.map((rule) => rule.code).sort((a, b) => (a < b ? 1 : -1));
    this.bits = new Map(sorted.map((code, place) => [code, 1n << BigInt(place)]));
    this.rules = new Map(lost.map((rule) => [this.bits.get(rule.code), rule]));
    this.sequence = [...this.rules.keys()].sort((a, b) => {
      const [one, other] = [this.rules.get(a).area, this.rules.get(b).area];
      return one === other ? (a > b ? -1 : 1) : one < other ? -1 : 1;
    });
    this.above = new Map();
    const above = (bit) => {
      if (!this.above.has(bit)) {
        const needs = this.rules.get(bit).needs.filter((code) => this.bits.has(code)).map((code) => this.bits.get(code));
        this.above.set(bit, needs.reduce((set, need) => set | need | above(need), 0n));
      }
      return this.above.get(bit);
    };
    this.sequence.forEach(above);
    this.below = new Map(this.sequence.map((bit) => [bit, this.union(this.sequence.filter((other) => this.above.get(other) & bit))]));
    this.missing = [goal.short, ...goal.below.map((area) => area.short)];
    const gains = (rule) => [rule.points, ...goal.below.map((area) => (rule.area === area.area ? rule.points : 0))];
    this.gain = new Map(this.sequence.map((bit) => [bit, gains(this.rules.get(bit))]));
    this.price = new Map(this.sequence.map((bit) => [bit, now.reasons.get(this.rules.get(bit).code).why === "not_met" ? this.priceOf(bit) : 0n]));
    const must = [...goal.missingCore, ...goal.missingRequired].map((code) => this.bits.get(code));
    this.must = must.reduce((set, bit) => set | bit | this.above.get(bit), 0n);
  }

  cheapest() {
    const none = this.missing.map(() => 0);
    const everything = (1n << BigInt(this.bits.size)) - 1n;
    const start = this.taking(this.must, new Map([[none.join(), { gain: none, price: 0n }]]));
    const way = this.through(everything & ~this.must, 0n, start).get(this.missing.join());
    return way === undefined ? null : this.doable(-way.price & everything);
  }

  priceOf(bit) {
    const many = BigInt(this.bits.size + 1);
    const effort = [0n, 1n, many, many ** 2n][this.efforts.indexOf(this.rules.get(bit).effort)];
    return ((many ** 3n + effort) << BigInt(this.bits.size)) - bit;
  }

  through(among, later, ways) {
    while (among && ways.size) {
      const part = this.part(among);
      among &= ~part;
      const rest = among | later;
      let pivot = null;
      let most = -1;
      for (const bit of this.of(part)) {
        const many = this.of((this.above.get(bit) | this.below.get(bit)) & part).length;
        if (many > most) [pivot, most] = [bit, many];
      }
      const taken = (pivot | this.above.get(pivot)) & part;
      const left = part & ~(pivot | this.below.get(pivot));
      const without = this.through(left, rest, this.hopeful(ways, left | rest));
      ways = this.through(part & ~taken, rest, this.taking(taken, ways));
      for (const [key, way] of without) if (!ways.has(key) || way.price < ways.get(key).price) ways.set(key, way);
    }
    return ways;
  }

  part(among) {
    let part = 0n;
    let fresh = this.of(among)[0];
    while (fresh) {
      part |= fresh;
      fresh = this.union(this.of(fresh).map((bit) => this.above.get(bit) | this.below.get(bit))) & among & ~part;
    }
    return part;
  }

  taking(taken, ways) {
    const price = this.of(taken).reduce((sum, bit) => sum + this.price.get(bit), 0n);
    const more = this.gains(taken);
    const longer = new Map();
    for (const way of ways.values()) {
      const gain = this.missing.map((most, place) => Math.min(way.gain[place] + more[place], most));
      const paid = way.price + price;
      if (!longer.has(gain.join()) || paid < longer.get(gain.join()).price) longer.set(gain.join(), { gain, price: paid });
    }
    return longer;
  }

  hopeful(ways, rest) {
    const more = this.gains(rest);
    return new Map([...ways].filter(([, way]) => way.gain.every((gain, place) => gain >= this.missing[place] - more[place])));
  }

  gains(among) {
    const rows = this.of(among).map((bit) => this.gain.get(bit));
    return this.missing.map((_, place) => rows.reduce((sum, row) => sum + row[place], 0));
  }

  doable(chosen) {
    const codes = [];
    while (chosen) {
      const ready = this.of(chosen).filter((bit) => !(this.above.get(bit) & chosen)).map((bit) => this.rules.get(bit));
      const rank = (rule) => this.efforts.indexOf(rule.effort);
      ready.sort((a, b) => rank(a) - rank(b) || (a.code < b.code ? -1 : 1));
      codes.push(ready[0].code);
      chosen &= ~this.bits.get(ready[0].code);
    }
    return codes;
  }

  of(set) {
    return this.sequence.filter((bit) => bit & set);
  }

  union(sets) {
    return sets.reduce((all, set) => all | set, 0n);
  }
}
