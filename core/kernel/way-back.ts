/** The shortest way from something back to itself, both ends included; undefined when there is none. */
export function wayBack<T>(start: T, next: (from: T) => Iterable<T>): readonly T[] | undefined {
  const cameFrom = new Map<T, T>();
  const queue = [start];
  for (const from of queue) {
    for (const to of next(from)) {
      if (to === start) return wayTo(from, start, cameFrom);
      if (cameFrom.has(to)) continue;
      cameFrom.set(to, from);
      queue.push(to);
    }
  }
  return undefined;
}

function wayTo<T>(last: T, start: T, cameFrom: ReadonlyMap<T, T>): readonly T[] {
  const way = [start];
  for (let at: T | undefined = last; at !== undefined && at !== start; at = cameFrom.get(at)) way.unshift(at);
  return [start, ...way];
}
