const key = 'portico.generations-seen';
const most = 50;

/** Remembers what this browser has told, so that it is told once: not again on the next page, nor in another tab. */
export function markSeen(...ids: readonly string[]): void {
  take(ids);
}

/** Those that were not told before; they are from now on. Of two tabs that ask at the same time, one gets them. */
export async function unseen(ids: readonly string[]): Promise<readonly string[]> {
  // Over plain http to another machine there are no locks, and two tabs may both tell.
  return 'locks' in navigator ? navigator.locks.request(key, () => take(ids)) : take(ids);
}

function take(ids: readonly string[]): readonly string[] {
  const seen = read();
  const fresh = ids.filter((id) => !seen.includes(id));
  if (fresh.length > 0) write([...seen, ...fresh].slice(-most));
  return fresh;
}

function read(): readonly string[] {
  try {
    const seen: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(seen) ? seen.map(String) : [];
  } catch {
    return [];
  }
}

function write(ids: readonly string[]): void {
  try {
    localStorage.setItem(key, JSON.stringify(ids));
  } catch {
    // A browser without storage tells again on the next page; nothing else depends on it.
  }
}
