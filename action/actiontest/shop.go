package actiontest

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

// Regions ends the estate of an account in which there is something for every action to be done to. The account also has the
// user mallory in /staff/ with the key AKIAMALLORY000000001, the user LeaverUser, the role builder in /ci/ with the inline policy
// scaling, and the pre-deployed policies.
const Regions = `
    zones:
      - id: Z1
        name: example.com
        records:
          - {name: www.example.com, type: CNAME, values: [food.s3.amazonaws.com]}
          - {name: two.example.com, type: A, ttl: 60, values: [192.0.2.1, 192.0.2.2]}
    regions:
      eu-west-1:
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden, created: 2029-11-01T00:00:00Z}, {id: ami-0eeeeeeeeeeeeeeee, name: brief, created: 2029-11-01T00:00:00Z}, {id: ami-0kept, name: kept, created: 2030-01-06T00:00:00Z, disks: [/dev/xvda], tags: {"riposte:case": c_1, "riposte:of": i-0kept}}]
        security_groups: [{id: sg-0isolated, name: riposte-isolation, tags: {"riposte:isolation": "true"}}, {id: sg-0open, name: open, ingress: [0.0.0.0/0, tcp 22 0.0.0.0/0]}]
        templates:
          - name: web
            id: lt-0cccccccccccccccc
            default: 2
            versions:
              - {image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, profile: web, tags: {Name: web}}
              - {image: ami-0bbbbbbbbbbbbbbbb, type: t3.small}
          - {name: byname, id: lt-0dddddddddddddddd, versions: [{image: ami-0bbbbbbbbbbbbbbbb}, {image: "resolve:ssm:/golden"}]}
        parameters: [{name: /golden, values: [ami-0bbbbbbbbbbbbbbbb]}]
        launch_configurations: [{name: old, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}]
        target_groups: [{id: web/0123456789abcdef, port: 80, targets: [i-0member]}, {id: old/1123456789abcdef, port: 80, balancer: app/old/2123456789abcdef}]
        groups:
          - {name: web, template: web, min: 1, max: 4, desired: 2, suspended: [AZRebalance], instances: [i-0member]}
          - {name: web-hooked, template: web, min: 1, max: 4, desired: 1, hook: gate, suspended: [Launch], instances: [i-0waiting]}
        instances:
          - {id: i-0waiting, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}
          - {id: i-0member, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}
          - {id: i-0alone, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, shutdown: terminate}
          - {id: i-0idle, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, state: stopped, tags: {"riposte:case": c_1, "riposte:unused-since": 2029-11-01}}
          - {id: i-0forgotten, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, tags: {"riposte:case": c_1, "riposte:unused-since": 2029-11-01}}
          - {id: i-0kept, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, state: stopped, profile: web, key: ops, tags: {Name: old, "riposte:case": c_1, "riposte:unused-since": 2029-11-01, "riposte:deletes-after": 2030-01-06}}
          - {id: i-0protected, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, protected: true}
        fleets:
          - {id: fleet-0a, template: lt-0cccccccccccccccc, total: 3, on_demand: 1, spot: 1, instances: [i-0fleet1, i-0fleet2, i-0fleet3]}
          - {id: fleet-0once, type: instant, template: lt-0cccccccccccccccc, total: 1}
        spot_fleets:
          - {id: sfr-0a, image: ami-0bbbbbbbbbbbbbbbb, total: 1, instances: [i-0spotfleet]}
          - {id: sfr-0once, type: request, image: ami-0bbbbbbbbbbbbbbbb, total: 1}
        spot_requests: [{id: sir-0a, type: persistent, image: ami-0bbbbbbbbbbbbbbbb, instance: i-0spot}]
        rows:
          elb.load-balancer: [{LoadBalancerArn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/old/2123456789abcdef", Type: application, State: {Code: active}}]
          elb.listener: [{ListenerArn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/old/2123456789abcdef/3123456789abcdef", LoadBalancerArn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/old/2123456789abcdef", Port: 443, Protocol: HTTPS, SslPolicy: ELBSecurityPolicy-2016-08}]
          elb.tags: [{ResourceArn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/old/2123456789abcdef", Tags: [{Key: "riposte:case", Value: c_1}, {Key: "riposte:unused-since", Value: 2029-11-01}, {Key: "riposte:deletes-after", Value: 2030-01-06}]}]
          ec2.recycled-snapshot: [{SnapshotId: snap-0recycled, State: completed}]
          rbin.rule: [{Identifier: rule0month, ResourceType: EBS_SNAPSHOT, Status: available, RetentionPeriod: {RetentionPeriodUnit: DAYS, RetentionPeriodValue: 30}}]
          rds.db-snapshot: [{DBSnapshotIdentifier: billing, DBSnapshotAttributes: [{AttributeName: restore, AttributeValues: ["444455556666", "999988887777", all]}]}]
          rds.db-instance:
            - {DBInstanceIdentifier: ledger, DbiResourceId: db-LEDGER, DBInstanceStatus: available, Engine: mysql, DeletionProtection: true, TagList: [{Key: "riposte:case", Value: c_1}, {Key: "riposte:unused-since", Value: 2029-11-01}, {Key: "riposte:deletes-after", Value: 2030-01-06}]}
            - DBInstanceIdentifier: reports
              DbiResourceId: db-REPORTS
              DBInstanceStatus: available
              Engine: postgres
              DBInstanceClass: db.m5.large
              AllocatedStorage: 500
              StorageType: gp3
              Iops: 12000
              StorageThroughput: 500
              AvailabilityZone: eu-west-1a
              DBSubnetGroup: {DBSubnetGroupName: inner}
              DBParameterGroups: [{DBParameterGroupName: tuned}]
              OptionGroupMemberships: [{OptionGroupName: plain}]
              VpcSecurityGroups: [{VpcSecurityGroupId: sg-0open}]
              Endpoint: {Port: 5433}
              BackupRetentionPeriod: 7
              TagList: [{Key: Name, Value: reports}, {Key: "riposte:case", Value: c_1}, {Key: "riposte:unused-since", Value: 2029-11-01}, {Key: "riposte:deletes-after", Value: 2030-01-06}]
            - {DBInstanceIdentifier: orders-1, DbiResourceId: db-ORDERS1, DBInstanceStatus: available, DBClusterIdentifier: orders, Engine: aurora-mysql, DBInstanceClass: db.r6g.large, AvailabilityZone: eu-west-1a, PromotionTier: 1, DBParameterGroups: [{DBParameterGroupName: tuned}], TagList: [{Key: Name, Value: orders}, {Key: "riposte:case", Value: c_1}, {Key: "riposte:unused-since", Value: 2029-11-01}, {Key: "riposte:deletes-after", Value: 2030-01-06}]}
            - {DBInstanceIdentifier: audit-1, DbiResourceId: db-AUDIT1, DBInstanceStatus: available, DBClusterIdentifier: audit, Engine: aurora-mysql, TagList: [{Key: "riposte:case", Value: c_1}, {Key: "riposte:unused-since", Value: 2029-11-01}, {Key: "riposte:deletes-after", Value: 2030-01-06}]}
          rds.db-cluster:
            - {DBClusterIdentifier: audit, DbClusterResourceId: cluster-AUDIT, Status: available, Engine: aurora-mysql, DeletionProtection: true, TagList: [{Key: "riposte:case", Value: c_1}, {Key: "riposte:unused-since", Value: 2029-11-01}, {Key: "riposte:deletes-after", Value: 2030-01-06}]}
            - DBClusterIdentifier: drained
              DbClusterResourceId: cluster-DRAINED
              Status: available
              Engine: aurora-mysql
              AvailabilityZones: [eu-west-1a, eu-west-1b]
              DBSubnetGroup: inner
              DBClusterParameterGroup: tuned
              VpcSecurityGroups: [{VpcSecurityGroupId: sg-0open}]
              Port: 3307
              StorageType: aurora-iopt1
              BackupRetentionPeriod: 7
              ServerlessV2ScalingConfiguration: {MinCapacity: 0.5, MaxCapacity: 4}
              TagList: [{Key: Name, Value: drained}, {Key: "riposte:case", Value: c_1}, {Key: "riposte:unused-since", Value: 2029-11-01}, {Key: "riposte:deletes-after", Value: 2030-01-06}]
            - {DBClusterIdentifier: orders, DbClusterResourceId: cluster-ORDERS, Status: available, Engine: aurora-mysql, TagList: [{Key: Name, Value: orders}, {Key: "riposte:case", Value: c_1}, {Key: "riposte:unused-since", Value: 2029-11-01}, {Key: "riposte:deletes-after", Value: 2030-01-06}]}
          redshift.cluster:
            - ClusterIdentifier: sales
              ClusterCreateTime: 2029-01-01T00:00:00Z
              ClusterNamespaceArn: arn:aws:redshift:eu-west-1:111122223333:namespace:0a
              ClusterStatus: available
              NodeType: ra3.4xlarge
              NumberOfNodes: 2
              AutomatedSnapshotRetentionPeriod: 7
              AvailabilityZone: eu-west-1a
              ClusterSubnetGroupName: inner
              ClusterParameterGroups: [{ParameterGroupName: tuned}]
              VpcSecurityGroups: [{VpcSecurityGroupId: sg-0open}]
              Endpoint: {Port: 5439}
              EnhancedVpcRouting: true
              Tags: [{Key: Name, Value: sales}, {Key: "riposte:case", Value: c_1}, {Key: "riposte:unused-since", Value: 2029-11-01}, {Key: "riposte:deletes-after", Value: 2030-01-06}]
          rds.cluster-event: # AWS has started both after seven days
            - {SourceIdentifier: drained, SourceType: db-cluster, Date: 2030-01-06T09:00:00Z, Message: DB cluster is being started due to it exceeding the maximum allowed time being stopped.}
            - {SourceIdentifier: orders, SourceType: db-cluster, Date: 2030-01-06T09:00:00Z, Message: DB cluster is being started due to it exceeding the maximum allowed time being stopped.}
          ec2.snapshot:
            - {SnapshotId: snap-0a}
            - {SnapshotId: snap-0stale, VolumeSize: 8, State: completed, StartTime: 2028-01-06T09:00:00Z, Tags: [{Key: "riposte:case", Value: c_1}, {Key: "riposte:deletes-after", Value: 2030-01-06}]}
            - {SnapshotId: snap-0kept, VolumeId: vol-0kept, VolumeSize: 100, Encrypted: true, KmsKeyId: key-1, State: completed, StartTime: 2030-01-06T09:00:00Z, Tags: [{Key: "riposte:case", Value: c_1}]}
          ec2.volume:
            - {VolumeId: vol-0disk, State: in-use, Size: 8, VolumeType: gp3, AvailabilityZone: eu-west-1a, Attachments: [{InstanceId: i-0kept, VolumeId: vol-0disk, Device: /dev/xvda, DeleteOnTermination: true}]}
            - {VolumeId: vol-0plain, State: available, Size: 8, VolumeType: gp3, AvailabilityZone: eu-west-1a}
            - {VolumeId: vol-0told, State: available, Size: 8, VolumeType: gp2, AvailabilityZone: eu-west-1a, Tags: [{Key: "riposte:case", Value: c_1}, {Key: "riposte:unused-since", Value: 2029-11-01}, {Key: "riposte:deletes-after", Value: 2030-01-06}]}
            - {VolumeId: vol-0kept, State: available, Size: 100, VolumeType: gp3, Iops: 4000, Throughput: 250, Encrypted: true, KmsKeyId: key-1, AvailabilityZone: eu-west-1a, Tags: [{Key: Name, Value: data}, {Key: "riposte:case", Value: c_1}, {Key: "riposte:unused-since", Value: 2029-11-01}, {Key: "riposte:deletes-after", Value: 2030-01-06}]}
          ec2.address: [{AllocationId: eipalloc-0a, PublicIp: 203.0.113.80, Tags: [{Key: Name, Value: mail}, {Key: "riposte:case", Value: c_1}, {Key: "riposte:unused-since", Value: 2029-11-01}, {Key: "riposte:deletes-after", Value: 2030-01-06}]}]
          ec2.snapshot-sharing: [{SnapshotId: snap-0a, CreateVolumePermissions: [{Group: all}, {UserId: "999988887777"}, {UserId: "444455556666"}]}]
`

// Scaling is the builder's inline policy.
const Scaling = `{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"autoscaling:*","Resource":"*"}]}`

// Shop names what the examples are done to, in whatever AWS it was built.
type Shop struct {
	Waiting                                    event.Resource // in a launch hook of the group web-hooked
	Group, Member, Alone, Template, User, Role event.Resource
	Fleet, SpotFleet, SpotRequest              event.Resource // the request launches again and again
	Snapshot, DBSnapshot                       event.Resource // shared with everybody and two accounts
	TargetGroup                                event.Resource // in which Alone is not
	Stale                                      event.Resource // a snapshot with a case's tags, which a rule of the Recycle Bin covers
	Recycled                                   event.Resource // a snapshot in the Recycle Bin
	Listener                                   event.Resource // of Balancer, with the policy ELBSecurityPolicy-2016-08
	Balancer                                   event.Resource // with a case's tag, and nothing behind it
	Plain, Told, Kept                          event.Resource // volumes: without tags; with a case's; with a snapshot that the case had made
	Address                                    event.Resource // with a case's tag
	Idle, Imaged                               event.Resource // stopped instances with a case's tag; of the second the case had an image made
	Forgotten                                  event.Resource // a running instance with a case's tag
	Database                                   event.Resource // with a case's tag
	DatabaseID                                 string         // its resource id
	Cluster, Drained, ClusterMember            event.Resource // with a case's tag, and started by AWS; without members; of Cluster
	ClusterID, DrainedID, MemberID             string         // their resource ids
	Warehouse                                  event.Resource // with a case's tag
	WarehouseID                                string         // see action.WarehouseID
	IP                                         string         // of Address
	Open                                       event.Resource // a security group that lets tcp 22 in from everywhere
	Key, Isolated                              string
	Interfaces                                 []string       // of Alone
	Record, Values                             event.Resource // of a zone: a CNAME, and an A record of two addresses
	Setting                                    event.Resource // of the region
	Like                                       string         // of the template's version 2
	Leaver                                     event.Resource // a user with a case's tags and denies, and all that a user may have
	LeaverID, LeaverKey                        string
}

// ShopOf returns the shop that Regions describes, in an account.
func ShopOf(t *testing.T, r access.Reads, p event.Place) Shop {
	t.Helper()
	s := Shop{
		Group: p.In(event.Group, "web"), Member: p.In(event.Instance, "i-0member"), Alone: p.In(event.Instance, "i-0alone"),
		Template: p.In(event.LaunchTemplate, "lt-0cccccccccccccccc"), User: p.In(event.User, "staff/mallory"), Role: p.In(event.Role, "ci/builder"),
		Idle: p.In(event.Instance, "i-0idle"), Imaged: p.In(event.Instance, "i-0kept"),
		Waiting: p.In(event.Instance, "i-0waiting"), Forgotten: p.In(event.Instance, "i-0forgotten"),
		Fleet: p.In(event.Fleet, "fleet-0a"), SpotFleet: p.In(event.SpotFleet, "sfr-0a"), SpotRequest: p.In(event.SpotRequest, "sir-0a"),
		Snapshot: p.In(event.Snapshot, "snap-0a"), DBSnapshot: p.In(event.DBSnapshot, "billing"),
		Setting: p.In(event.Setting, p.Region), Leaver: p.In(event.User, "staff/leaver"), LeaverID: "AIDALEAVER0000000001", LeaverKey: "AKIALEAVER0000000001",
		Database: p.In(event.DBInstance, "reports"), DatabaseID: "db-REPORTS",
		Cluster: p.In(event.DBCluster, "orders"), ClusterID: "cluster-ORDERS", Drained: p.In(event.DBCluster, "drained"), DrainedID: "cluster-DRAINED",
		ClusterMember: p.In(event.DBInstance, "orders-1"), MemberID: "db-ORDERS1",
		TargetGroup: p.In(event.TargetGroup, "web/0123456789abcdef"), Balancer: p.In(event.LoadBalancer, "app/old/2123456789abcdef"), Listener: p.In(event.Listener, "app/old/2123456789abcdef/3123456789abcdef"), Stale: p.In(event.Snapshot, "snap-0stale"), Recycled: p.In(event.Snapshot, "snap-0recycled"), Open: p.In(event.SecurityGroup, "sg-0open"),
		Warehouse: p.In(event.Warehouse, "sales"), WarehouseID: "2029-01-01T00:00:00Z",
		Plain: p.In(event.Volume, "vol-0plain"), Told: p.In(event.Volume, "vol-0told"), Kept: p.In(event.Volume, "vol-0kept"), Address: p.In(event.Address, "eipalloc-0a"), IP: "203.0.113.80", Key: "AKIAMALLORY000000001", Isolated: "sg-0isolated",
	}
	out, err := r.EC2(p).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{s.Alone.ID}})
	if err != nil || len(out.Reservations) != 1 {
		t.Fatalf("the shop's instance: %+v, %v", out, err)
	}
	s.Record, s.Values = p.In(event.RecordSet, "Z1/CNAME/www.example.com"), p.In(event.RecordSet, "Z1/A/two.example.com")
	s.Like = LikeOf(t, r, s.Template, "2")
	for _, n := range out.Reservations[0].Instances[0].NetworkInterfaces {
		s.Interfaces = append(s.Interfaces, aws.ToString(n.NetworkInterfaceId))
	}
	return s
}

// LikeOf is what action.LikeTemplate says of a version.
func LikeOf(t *testing.T, r access.Reads, template event.Resource, version string) string {
	t.Helper()
	out, err := r.EC2(template.Place()).DescribeLaunchTemplateVersions(t.Context(), &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &template.ID, Versions: []string{version}})
	if err != nil || len(out.LaunchTemplateVersions) != 1 {
		t.Fatalf("the shop's template: %+v, %v", out, err)
	}
	like, err := action.LikeTemplate(out.LaunchTemplateVersions[0].LaunchTemplateData)
	if err != nil {
		t.Fatal(err)
	}
	return like
}

// Examples returns one action of each kind that has a way of its own to be wanted, by name. The ways back are found by
// looking.
func (s Shop) Examples() map[string]action.Action {
	return map[string]action.Action{
		"suspend all":         action.Suspend{Group: s.Group},
		"suspend launch":      action.Suspend{Group: s.Group, Processes: []string{"Launch"}},
		"pin":                 action.Pin{Group: s.Group, Template: s.Template.ID, Version: "1"},
		"set sizes":           action.SetSizes{Group: s.Group, From: sizes(1, 4, 2), To: sizes(2, 5, 3)},
		"set the largest":     action.SetSizes{Group: s.Group, From: action.Sizes{Max: aws.Int32(4)}, To: action.Sizes{Max: aws.Int32(6)}},
		"register targets":    action.RegisterTargets{Group: s.TargetGroup, Targets: []action.Target{{ID: s.Alone.ID, Port: 80}}},
		"hold fleet":          action.HoldFleet{Fleet: s.Fleet},
		"hold spot fleet":     action.HoldSpotFleet{Fleet: s.SpotFleet},
		"cancel spot request": action.CancelSpotRequest{Request: s.SpotRequest},
		"unshare database":    action.UnshareDBSnapshot{Snapshot: s.DBSnapshot, With: []string{"999988887777", action.Everybody}},
		"unshare snapshot":    action.UnshareSnapshot{Snapshot: s.Snapshot, With: []string{"999988887777", action.Everybody}},
		"revoke ingress":      action.RevokeIngress{Group: s.Open, Rule: action.IngressRule{Protocol: "tcp", From: 22, To: 22, Peer: "0.0.0.0/0"}},
		"allow ingress":       action.AllowIngress{Group: s.Open, Rule: action.IngressRule{Protocol: "tcp", From: 22, To: 22, Peer: "203.0.113.9/32"}},
		"standby":             action.Standby{Instance: s.Member, Group: s.Group.ID, Decrement: true},
		"abandon launch":      action.AbandonLaunch{Instance: s.Waiting, Group: "web-hooked", Hook: "gate"},
		"terminate":           action.Terminate{Instance: s.Alone},
		"stop":                action.Stop{Instance: s.Alone},
		"isolate":             action.Isolate{Instance: s.Alone, Interfaces: s.Interfaces, Groups: []string{s.Isolated}},
		"default version":     action.DefaultVersion{Template: s.Template, Version: 1},
		"protect":             action.Protect{Instance: s.Alone, Attribute: action.AgainstTermination},
		"protect from stop":   action.Protect{Instance: s.Alone, Attribute: action.AgainstStop},
		"protect from inside": action.Protect{Instance: s.Alone, Attribute: action.AgainstShutdown},
		"deactivate key":      action.DeactivateKey{User: s.User, Key: s.Key},
		"attach user deny":    action.AttachUserDeny{User: s.User},
		"deny user":           action.DenyUser{User: s.User, Case: "c_1", Scope: action.Everything},
		"deny destruction":    action.DenyUser{User: s.User, Case: "c_1", Scope: action.Destructive},
		"bound user":          action.BoundUser{User: s.User},
		"deny session":        action.DenySession{Role: s.Role, UserID: "AROAEXAMPLE:job-1", Case: "c_1", Scope: action.Destructive},
		"revoke sessions":     action.RevokeSessions{Role: s.Role, UserID: "AROAEXAMPLE:job-1", Before: time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC), Case: "c_1", Scope: action.Everything},
		"lock credentials":    action.CredentialLock{Role: s.Role, WaysOut: []string{"192.0.2.20/32"}},
		"attach role deny":    action.AttachRoleDeny{Role: s.Role},
		"replace role policy": action.ReplaceRolePolicy{Role: s.Role, Policy: "scaling", Old: Scaling, New: strings.Replace(Scaling, "autoscaling:*", "autoscaling:Describe*", 1)},
		"require tokens":      action.RequireTokens{Instance: s.Alone, Keeps: action.MetadataOptions{Endpoint: "enabled", IPv6: "disabled", Tags: "disabled", Hops: 1}},
		"template version":    action.TemplateVersion{Template: s.Template, Source: 2, Next: 3, Like: s.Like},
		"keep protected":      action.KeepProtected{Instance: s.Alone},
		"delete user":         action.DeleteUser{User: s.Leaver, UserID: s.LeaverID, Case: "c_1", Was: s.LeaverHas()},
		"announce on user":    action.Announce{Resource: s.User, Tags: action.Announced("c_1", "identity.by-hand-user", kept, kept)},
		"retire key":          action.RetireKey{User: s.User, Key: s.Key},
		"move default":        action.MoveDefaultVersion{Template: s.Template, Version: 1},
		"metadata default":    action.MetadataDefault{Region: s.Setting, Tokens: "required"},
		"encrypt by default":  action.EncryptByDefault{Region: s.Setting},
		"announce":            action.Announce{Resource: s.Plain, Tags: action.Announced("c_1", "waste.unattached-volume", kept, kept)},
		"snapshot volume":     action.SnapshotVolume{Volume: s.Told, Case: "c_1", Keep: kept.AddDate(1, 0, 0)},
		"delete volume":       action.DeleteVolume{Volume: s.Kept, Case: "c_1"},
		"image instance":      action.ImageInstance{Instance: s.Idle, Case: "c_1", Keep: kept.AddDate(1, 0, 0)},
		"terminate kept":      action.TerminateKept{Instance: s.Imaged, Case: "c_1"},
		"release address":     action.ReleaseAddress{Address: s.Address, IP: s.IP, Case: "c_1"},
		"stop database":       action.StopDatabase{Database: s.Database, ID: s.DatabaseID, Case: "c_1", Told: kept},
		"delete database":     action.DeleteDatabase{Database: s.Database, ID: s.DatabaseID, Case: "c_1"},
		"delete snapshot":     action.DeleteSnapshot{Snapshot: s.Stale, Case: "c_1", Days: 7},
		"recover snapshot":    action.RecoverSnapshot{Snapshot: s.Recycled},
		"listener policy":     action.ListenerPolicy{Listener: s.Listener, Was: "ELBSecurityPolicy-2016-08", Policy: "ELBSecurityPolicy-TLS13-1-2-2021-06"},
		"delete balancer":     action.DeleteBalancer{Balancer: s.Balancer, Case: "c_1"},
		"stop cluster":        action.StopCluster{Cluster: s.Cluster, ID: s.ClusterID, Case: "c_1", Told: later},
		"delete member":       action.DeleteMember{Member: s.ClusterMember, ID: s.MemberID, Cluster: s.Cluster.ID, ClusterID: s.ClusterID, Case: "c_1", Told: kept},
		"delete cluster":      action.DeleteCluster{Cluster: s.Drained, ID: s.DrainedID, Case: "c_1", Told: kept},
		"delete record":       action.DeleteRecord{Record: s.Record, Set: record("www.example.com.", types.RRTypeCname, 300, "food.s3.amazonaws.com")},
		"take value out":      action.TakeValueOut{Record: s.Values, Set: record("two.example.com.", types.RRTypeA, 60, "192.0.2.1", "192.0.2.2"), Value: "192.0.2.1"},
		"pause warehouse":     action.PauseWarehouse{Warehouse: s.Warehouse, ID: s.WarehouseID, Case: "c_1"},
		"delete warehouse":    action.DeleteWarehouse{Warehouse: s.Warehouse, ID: s.WarehouseID, Case: "c_1", Days: 365},
		"tag warehouse":       tagged(s.Warehouse),
		"stop idle":           action.StopIdle{Instance: s.Forgotten, Case: "c_1"},
		"tag volume":          tagged(s.Plain),
		"tag balancer":        tagged(s.Balancer),
		"tag instance":        tagged(s.Alone),
		"tag group":           tagged(s.Group),
		"tag user":            tagged(s.User),
		"tag role":            tagged(s.Role),
		"tag database":        tagged(s.DBSnapshot),
	}
}

// LeaverHas is what the leaver has, beside what denies it.
func (s Shop) LeaverHas() action.UserSetup {
	return action.UserSetup{
		Keys: []string{s.LeaverKey}, Password: true, Groups: []string{"admins"}, Attached: []string{"arn:aws:iam::" + s.Leaver.Account + ":policy/team"},
		Inline: []action.InlinePolicy{{Name: "books", Document: Books}},
	}
}

// LeaverUser is the leaver in an estate that has the policies team and riposte-deny.
const LeaverUser = `{name: leaver, path: /staff/, id: AIDALEAVER0000000001, tags: {team: books, "riposte:case": c_1, "riposte:deletes-after": 2030-01-06}, password: true, groups: [admins], ` +
	`keys: [{id: AKIALEAVER0000000001, secret: leaver}], attached: ["arn:aws:iam::111122223333:policy/team", "arn:aws:iam::111122223333:policy/riposte-deny"], ` +
	`inline: {books: '` + Books + `', riposte-deny-c_1: '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'}}`

// Books is the leaver's inline policy.
const Books = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`

// kept is when what is announced was last used; later, when it was announced that AWS has not started since.
var (
	kept  = time.Date(2029, 11, 1, 9, 0, 0, 0, time.UTC)
	later = time.Date(2030, 1, 6, 10, 0, 0, 0, time.UTC)
)

func record(name string, of types.RRType, ttl int64, values ...string) action.RecordSet {
	set := types.ResourceRecordSet{Name: &name, Type: of, TTL: &ttl}
	for _, v := range values {
		set.ResourceRecords = append(set.ResourceRecords, types.ResourceRecord{Value: &v})
	}
	return action.RecordSet{ResourceRecordSet: set}
}

func tagged(r event.Resource) action.Action {
	return action.PutTags{Resource: r, Tags: action.CaseTags(action.TagPrefix, "c_1", "launch.unapproved-image")}
}

func sizes(least, most, desired int32) action.Sizes {
	return action.Sizes{Min: &least, Max: &most, Desired: &desired}
}
