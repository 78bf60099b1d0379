/** Whether the page is being put on paper: then the table stands for the chart. */
import { onScopeDispose, ref } from 'vue'

export function usePrinting() {
  const printing = ref(false)
  const query = matchMedia('print')
  const follow = (): void => void (printing.value = query.matches)
  query.addEventListener('change', follow)
  onScopeDispose(() => query.removeEventListener('change', follow))
  return printing
}
