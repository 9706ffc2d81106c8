package e2e

import (
	"fmt"
	"strings"
	"testing"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ripostehq/riposte/internal/ledger/dynamodb"
	"github.com/ripostehq/riposte/internal/mototest"
)

// acting is a configuration that answers launches from unapproved images, without a limit that a test would come to.
func acting(q queue, ledger string) string {
	return fmt.Sprintf(`organization:
  accounts: [{id: %q, name: shop, environment: production}]
  regions: [eu-west-1]
playbooks:
  defaults: {mode: observe}
  launch.unapproved-image: {mode: act}
sources:
  - sqs: {queue_url: %q, region: eu-west-1}
ledger: %q
report: {security_hub: true}
limits: {incidents_per_hour: 100000, destroy_per_hour: 100000}`, mototest.Account, q.url, ledger)
}

// openTable makes a table for a ledger, and is its name in the configuration.
func openTable(t *testing.T, s *mototest.Server) string {
	t.Helper()
	must(t, dynamodb.Create(t.Context(), awsdynamodb.NewFromConfig(s.Config(ireland)), "riposte-record"))
	return "dynamodb:riposte-record"
}

// withRoles lets riposte enter two accounts by roles, one for each tier.
func withRoles(config string) string {
	return strings.Replace(config, "production}]", `production}, {id: "`+lab+`", name: lab}]
  roles: {audit: riposte-audit, report: riposte-report, contain: riposte-contain, destroy: riposte-destroy, external_id: riposte-e2e}`, 1)
}
