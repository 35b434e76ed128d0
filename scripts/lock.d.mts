export interface LockOptions {
  onWait?: ((pid: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}
export function holdLock(file: string, options?: LockOptions): Promise<() => void>;
