import type { ReactNode } from "react";

/** The mark: an open vessel that holds one person. */
export function Mark({ size = 24 }: { size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="8" fill="#0d7268" />
      <path d="M9 9v8a7 7 0 0 0 14 0V9" fill="none" stroke="#fff" strokeWidth="3.2" strokeLinecap="round" />
      <circle cx="16" cy="16" r="2.4" fill="#8fe3d3" />
    </svg>
  );
}
