/** The button that explains a citation, once. */
import { button } from './dom';
import { icon } from './icon';
import type { Strings } from './strings';

/** Make it. It keeps the focus when it has done its work, as a button that is disabled would not. */
export function whyButton({ why }: Strings, explain: () => Promise<void>): HTMLButtonElement {
  const onclick = (): void => {
    if (made.ariaDisabled === 'true') return;
    made.ariaDisabled = 'true';
    void explain();
  };
  const made = button('quiet', onclick, icon('grid'), why);
  return made;
}
