package world_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"github.com/ripostehq/riposte/internal/world"
)

const databases = `
accounts:
  - id: "111122223333"
    users: [{name: mallory, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAMALLORY000000001, secret: wJalrXUtnFEMI}]}]
    regions:
      eu-west-1:
        rows:
          rds.db-snapshot: [{DBSnapshotIdentifier: billing}]
          elb.load-balancer: [{LoadBalancerArn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/0123456789abcdef"}, {LoadBalancerArn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/kept/1123456789abcdef"}]
          elb.attribute: [{Key: net/kept/1123456789abcdef deletion_protection.enabled, Value: "true"}]
          elb.listener: [{ListenerArn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/web/0123456789abcdef/2123456789abcdef", LoadBalancerArn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/0123456789abcdef", Port: 80}]
          elb.rule: [{RuleArn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener-rule/app/web/0123456789abcdef/2123456789abcdef/3123456789abcdef"}]
          rds.db-instance: [{DBInstanceIdentifier: reports, DbiResourceId: db-REPORTS, DBInstanceStatus: available, Engine: postgres, AllocatedStorage: 100}, {DBInstanceIdentifier: kept, DbiResourceId: db-KEPT, DBInstanceStatus: available, DeletionProtection: true}, {DBInstanceIdentifier: shop-1, DbiResourceId: db-SHOP1, DBInstanceStatus: available, Engine: aurora-mysql, DBClusterIdentifier: shop}]
          rds.db-cluster: [{DBClusterIdentifier: shop, DbClusterResourceId: cluster-SHOP, Status: available, Engine: aurora-mysql}, {DBClusterIdentifier: held, DbClusterResourceId: cluster-HELD, Status: available, DeletionProtection: true}]
          redshift.cluster: [{ClusterIdentifier: sales, ClusterStatus: available, ClusterCreateTime: 2029-01-01T00:00:00Z, NodeType: ra3.4xlarge, NumberOfNodes: 2}]
          rds.global-cluster: [{GlobalClusterIdentifier: all}]
          rbin.rule: [{Identifier: rule0week, ResourceType: EBS_SNAPSHOT, Status: available, RetentionPeriod: {RetentionPeriodUnit: DAYS, RetentionPeriodValue: 7}}]
          ec2.snapshot: [{SnapshotId: snap-0week, State: completed}]
          rds.proxy: [{DBProxyName: pool}]
          rds.proxy-target: [{TargetArn: pool/reports, RdsResourceId: reports}]
        target_groups: [{id: web/0123456789abcdef, port: 80, balancer: app/web/0123456789abcdef, targets: [i-0a], draining: [i-0b]}]
`

func TestDBSnapshotsAreSharedWithAccounts(t *testing.T) {
	w, err := world.New([]byte(databases), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, c, done, billing := t.Context(), rds.NewFromConfig(w.Config(ireland, mallory)), mustDo(t), aws.String("billing")
	share := func(add, remove []string) {
		done(c.ModifyDBSnapshotAttribute(ctx, &rds.ModifyDBSnapshotAttributeInput{
			DBSnapshotIdentifier: billing, AttributeName: aws.String("restore"), ValuesToAdd: add, ValuesToRemove: remove,
		}))
	}
	share([]string{"all", "444455556666"}, nil)
	share([]string{"444455556666"}, []string{"all"})
	out, err := c.DescribeDBSnapshotAttributes(ctx, &rds.DescribeDBSnapshotAttributesInput{DBSnapshotIdentifier: billing})
	if err != nil || !slices.Equal(out.DBSnapshotAttributesResult.DBSnapshotAttributes[0].AttributeValues, []string{"444455556666"}) {
		t.Errorf("it is shared with %+v, %v", out, err)
	}
}
