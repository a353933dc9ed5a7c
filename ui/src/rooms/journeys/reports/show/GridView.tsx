// Who stands where between two scores? A grid whose places open their people.
import type { ReactNode } from "react";
import { Link } from "react-router";

import type { Grid } from "../view";
import { useOpening } from "./Opens";
import styles from "./Show.module.css";
import type { Write } from "./useWrite";

interface GridViewProps {
  readonly grid: Grid;
  readonly write: Write;
  /** Opens nobody, as on a tile. */
  readonly still?: boolean;
}

export function GridView({ grid, write, still = false }: GridViewProps): ReactNode {
  const opening = useOpening();
  return (
    <div className={styles.scroll}>
      <table className={styles.grid}>
        <thead>
          <tr>
            <td className={styles.axes}>
              {grid.rowsTitle} ↓ · {grid.columnsTitle} →
            </td>
            {grid.columnNames.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grid.places.map((row, at) => (
            <tr key={grid.rowNames[at]}>
              <th scope="row">{grid.rowNames[at]}</th>
              {row.map((place) => {
                const shown = write(place.value, "count");
                const background = `color-mix(in srgb, var(--chart-1) ${Math.round(place.tone * 42)}%, var(--surface-sunken))`;
                const words = (
                  <>
                    <strong>{shown}</strong>
                    <span>{place.text}</span>
                  </>
                );
                return (
                  <td key={place.label} style={{ background }}>
                    {still ? (
                      <span className={styles.place}>{words}</span>
                    ) : (
                      <Link
                        to={opening(place.cell ?? {})}
                        preventScrollReset
                        aria-label={`${place.label ?? ""}: ${shown}`}
                        className={styles.place}
                      >
                        {words}
                      </Link>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
