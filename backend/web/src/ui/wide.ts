/** Two panes or one column: the same line everywhere (screens/README: below 1000 px panes stack). */
import { ref, type Ref } from 'vue'

const query = window.matchMedia('(min-width: 1000px)')
const wide = ref(query.matches)
query.addEventListener('change', (event) => (wide.value = event.matches))

export function useWide(): Readonly<Ref<boolean>> {
  return wide
}
