/**
 * Where the badges go: thirty-six names around one border, some of them two hundred metres apart, none hiding another.
 *
 * Pure: pixels in, pixels out, the same every time. A badge tries rings around its own point and takes the cheapest
 * place; then each tries again, given the others, until nobody moves. The best of several such tries is kept.
 */

/** A badge to place: its point on the map and its size, in pixels. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** From a spot's point to the centre of its badge. */
export interface Offset {
  readonly dx: number;
  readonly dy: number;
}

/** Something already drawn that a badge had better not cover. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface View {
  readonly width: number;
  readonly height: number;
  /** The middle of the country: badges lean away from it, over the neighbours, where the map is empty. */
  readonly middle: { readonly x: number; readonly y: number };
}

const RINGS = [7, 16, 28, 42, 58, 76, 98, 124, 154, 190];
const ANGLES = 20;
const PASSES_MAX = 6;
/** Space kept free around a badge, and around the edge of the view. */
const GAP = 3;
const EDGE = 5;
/** Half the size of the dot that marks the true place. */
const DOT = 5;

/** What each fault costs, in pixels of leader line one would accept to avoid it. */
const COST = { outside: 40, badge: 3, dot: 1.2, drawn: 0.5, cross: 160, through: 140, inward: 9, move: 1 };

function overlap(a: Box, b: Box): number {
  const w = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  return w > 0 && h > 0 ? w * h : 0;
}

function boxAt(spot: Spot, offset: Offset, gap: number): Box {
  return {
    x: spot.x + offset.dx - spot.w / 2 - gap,
    y: spot.y + offset.dy - spot.h / 2 - gap,
    w: spot.w + 2 * gap,
    h: spot.h + 2 * gap,
  };
}

function turn(ax: number, ay: number, bx: number, by: number, cx: number, cy: number): number {
  return Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));
}

/** Do the leaders of two spots cross? */
function crosses(a: Spot, da: Offset, b: Spot, db: Offset): boolean {
  const [ax, ay, bx, by] = [a.x + da.dx, a.y + da.dy, b.x + db.dx, b.y + db.dy];
  return (
    turn(a.x, a.y, ax, ay, b.x, b.y) * turn(a.x, a.y, ax, ay, bx, by) < 0 &&
    turn(b.x, b.y, bx, by, a.x, a.y) * turn(b.x, b.y, bx, by, ax, ay) < 0
  );
}

/** Does the line from a spot's point to its badge run under a box? Sampled: the lines are short. */
function runsUnder(spot: Spot, offset: Offset, box: Box): boolean {
  for (let step = 1; step < 8; step += 1) {
    const x = spot.x + (offset.dx * step) / 8;
    const y = spot.y + (offset.dy * step) / 8;
    if (x > box.x && x < box.x + box.w && y > box.y && y < box.y + box.h) return true;
  }
  return false;
}

function candidates(spot: Spot): Offset[] {
  const found: Offset[] = [];
  for (const ring of RINGS) {
    for (let i = 0; i < ANGLES; i += 1) {
      const angle = (2 * Math.PI * i) / ANGLES;
      found.push({ dx: Math.cos(angle) * (ring + spot.w / 2), dy: Math.sin(angle) * (ring + spot.h / 2) });
    }
  }
  return found;
}

/** How far the badge's nearest edge is from its point. */
function reach(spot: Spot, offset: Offset): number {
  return Math.hypot(Math.max(Math.abs(offset.dx) - spot.w / 2, 0), Math.max(Math.abs(offset.dy) - spot.h / 2, 0));
}

function inward(spot: Spot, offset: Offset, view: View): number {
  const [ox, oy] = [spot.x - view.middle.x, spot.y - view.middle.y];
  const length = Math.hypot(ox, oy) * Math.hypot(offset.dx, offset.dy);
  return length === 0 ? 0 : 1 - (ox * offset.dx + oy * offset.dy) / length;
}

function outside(box: Box, view: View): number {
  const over = (value: number): number => Math.max(value, 0);
  return over(EDGE - box.x) + over(EDGE - box.y) + over(box.x + box.w - view.width + EDGE) + over(box.y + box.h - view.height + EDGE);
}

function aloneCost(spot: Spot, offset: Offset, spots: readonly Spot[], drawn: readonly Box[], view: View): number {
  const box = boxAt(spot, offset, 0);
  let cost = reach(spot, offset) + COST.inward * inward(spot, offset, view) + COST.outside * outside(box, view);
  for (const other of spots) cost += COST.dot * overlap(box, { x: other.x - DOT, y: other.y - DOT, w: 2 * DOT, h: 2 * DOT });
  for (const one of drawn) cost += COST.drawn * overlap(box, one);
  return cost;
}

function pairCost(spot: Spot, offset: Offset, other: Spot, theirs: Offset): number {
  const mine = boxAt(spot, offset, GAP);
  const yours = boxAt(other, theirs, 0);
  let cost = COST.badge * overlap(mine, yours);
  if (crosses(spot, offset, other, theirs)) cost += COST.cross;
  if (runsUnder(spot, offset, yours)) cost += COST.through;
  if (runsUnder(other, theirs, mine)) cost += COST.through;
  return cost;
}

function shifted(offset: Offset, from: Offset | undefined): number {
  return from ? COST.move * Math.hypot(offset.dx - from.dx, offset.dy - from.dy) : 0;
}

interface Choice {
  readonly offset: Offset;
  readonly alone: number;
}

function cheapest(index: number, choices: readonly Choice[], spots: readonly Spot[], placed: readonly (Choice | undefined)[]): Choice {
  const spot = spots[index] as Spot;
  let best = choices[0] as Choice;
  let least = Infinity;
  for (const choice of choices) {
    let cost = choice.alone;
    if (cost >= least) break;
    for (let j = 0; j < spots.length && cost < least; j += 1) {
      const theirs = placed[j];
      if (j !== index && theirs) cost += pairCost(spot, choice.offset, spots[j] as Spot, theirs.offset);
    }
    if (cost < least) [least, best] = [cost, choice];
  }
  return best;
}

/** Whoever chooses first gets the best place, so several orders are tried: the crowded first, and from each side. */
function orders(spots: readonly Spot[]): number[][] {
  const near = spots.map((spot) => spots.filter((other) => Math.hypot(other.x - spot.x, other.y - spot.y) < 60).length);
  const by = (worth: (i: number) => number): number[] => spots.map((_, i) => i).sort((a, b) => worth(a) - worth(b) || a - b);
  const at = (i: number): Spot => spots[i] as Spot;
  return [by((i) => -(near[i] as number)), by((i) => at(i).x), by((i) => -at(i).x), by((i) => at(i).y), by((i) => -at(i).y)];
}

function settleAll(order: readonly number[], choices: readonly Choice[][], spots: readonly Spot[]): Choice[] {
  const placed: (Choice | undefined)[] = spots.map(() => undefined);
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    let moved = false;
    for (const index of order) {
      const next = cheapest(index, choices[index] as Choice[], spots, placed);
      moved ||= next !== placed[index];
      placed[index] = next;
    }
    if (!moved) break;
  }
  return placed as Choice[];
}

function totalCost(placed: readonly Choice[], spots: readonly Spot[]): number {
  let cost = 0;
  placed.forEach((mine, i) => {
    cost += mine.alone;
    for (let j = 0; j < i; j += 1) cost += pairCost(spots[i] as Spot, mine.offset, spots[j] as Spot, (placed[j] as Choice).offset);
  });
  return cost;
}

/** Give every badge its place. `before` is where each stood: a wall on which names jump about cannot be read. */
export function arrange(spots: readonly Spot[], drawn: readonly Box[], view: View, before: readonly Offset[] = []): Offset[] {
  const choices = spots.map((spot, i) =>
    candidates(spot)
      .map((offset) => ({ offset, alone: aloneCost(spot, offset, spots, drawn, view) + shifted(offset, before[i]) }))
      .sort((a, b) => a.alone - b.alone),
  );
  const tried = orders(spots).map((order) => settleAll(order, choices, spots));
  const costs = tried.map((placed) => totalCost(placed, spots));
  const best = tried[costs.indexOf(Math.min(...costs))] ?? [];
  return best.map((choice) => choice.offset);
}
