import { createApp, h, ref } from 'vue'
import { Http } from '@/api/http'
import { readConfig } from '@/shared/config'
import { reloadOnce } from '@/shared/forbidden'
import { applyTheme } from '@/shared/theme'
import AdminPage from './AdminPage.vue'
import { makeRouter } from './router'
import './admin.scss'

applyTheme()
const root = document.getElementById('app')!
const config = readConfig(root)
const refused = ref(false)
const http = new Http({
  baseUrl: config.baseUrl,
  xsrfToken: config.xsrfToken,
  onForbidden() {
    if (!reloadOnce()) refused.value = true
  },
})

createApp({ render: () => h(AdminPage, { config, http, refused: refused.value }) })
  .use(makeRouter(config.baseUrl))
  .mount(root)
