export function groupBy(items: Item[], key: string): Record<string, Item[]> {
  const groups: Record<string, Item[]> = {};
  for (const item of items) {
    const name = item[key];
    if (!(name in groups)) {
      groups[name] = [];
    }
    groups[name].push(item);
  }
  return groups;
}

export function first(items: Item[]): Item | undefined {
  return items.length > 0 ? items[0] : undefined;
}
