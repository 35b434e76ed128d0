/** Waits that are over together: what is ready of one may turn while another still waits. */

/** One of them. Nothing of it is ready at first. */
export interface Member {
  /** Whether all of it is ready just now, and what to do once that is so of all members. */
  tell(isReady: boolean, onAllReady?: () => void): void;
  /** It does not count any more. */
  leave(): void;
}

/** Gives a function that makes members. */
export function openTogether(): () => Member {
  const all = new Map<Member, { isReady: boolean; onAllReady?: (() => void) | undefined }>();
  const check = (): void => {
    const members = [...all.values()];
    if (members.every(({ isReady }) => isReady)) members.forEach(({ onAllReady }) => onAllReady?.());
  };
  return () => {
    const member: Member = {
      tell(isReady, onAllReady) {
        all.set(member, { isReady, onAllReady });
        if (isReady) check();
      },
      leave() {
        if (all.delete(member)) check();
      },
    };
    all.set(member, { isReady: false });
    return member;
  };
}
