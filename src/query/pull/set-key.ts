/** `map[key] = value`, for keys that others choose: `__proto__` is a key like any other. */
export function setKey(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true })
  } else map[key] = value
}
