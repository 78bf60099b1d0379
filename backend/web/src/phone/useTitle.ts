/** The tab tells how many alerts are live. Discreet ones leave no trace in it. */
import { onScopeDispose, watch } from 'vue'
import { language, t } from '@/i18n'
import { useAlerts } from '@/stores/alerts'

export function useTitle(): void {
  const alerts = useAlerts()
  const count = () => alerts.queue.filter((each) => each.kind === 'alert' && !each.discreet).length
  const write = (n: number) => (document.title = n > 0 ? `(${n}) ${t('common.product')}` : t('common.product'))
  watch([count, language], ([n]) => write(n), { immediate: true, flush: 'post' })
  onScopeDispose(() => write(0))
}
