/** Round-robin of short turns, so that slow changes of the machine meet all contestants alike. */

/**
 * Calls `turn` for each contestant in each round; every other round goes backwards, so that nobody always follows the same one.
 * Rejects with what `turn` rejects with, at once.
 */
export async function takeTurns<C>(
  contestants: readonly C[],
  rounds: number,
  turn: (contestant: C) => Promise<void>,
  onRound: (round: number) => void = () => {},
): Promise<void> {
  const backwards = [...contestants].reverse();
  for (let round = 0; round < rounds; round++) {
    onRound(round);
    for (const contestant of round % 2 === 0 ? contestants : backwards) await turn(contestant);
  }
}
