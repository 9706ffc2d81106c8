package action_test

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	rdstypes "github.com/aws/aws-sdk-go-v2/service/rds/types"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	redshifttypes "github.com/aws/aws-sdk-go-v2/service/redshift/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	dnstypes "github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
)

var motoPlace = event.Place{Partition: "aws", Account: mototest.Account, Region: "eu-west-1"}

// The contract that the actions keep on our world, they keep on AWS as other people understand it.
func TestEveryActionKeepsTheContractOnMoto(t *testing.T) {
	s := mototest.Start(t)
	g, c := onMoto(t, s)
	as := func(name string) *actiontest.AWS {
		if d := differences()[name]; d.mend != nil {
			return actiontest.On(func(p event.Place) aws.Config { return d.mend(timeless(s)(p)) })
		}
		return c
	}
	if left := census(t, as, g.Examples()); len(left) > 0 {
		t.Errorf("no action of the kinds %v, and no way back of one, is among the examples", left)
	}
	for name, a := range g.Examples() {
		d, differs := differences()[name]
		t.Run(name, func(t *testing.T) {
			if differs && !d.still(t, g, again(t, s, g)) {
				t.Errorf("moto has become better: %q is no difference any more", d.why)
			}
			if differs && d.mend == nil {
				t.Logf("not shown on moto: %s", d.why)
				return
			}
			fresh := func(t *testing.T) *actiontest.AWS {
				if again(t, s, g); differs {
					return as(name)
				}
				return actiontest.On(timeless(s))
			}
			actiontest.Run(t, fresh, a)
		})
	}
}

// again builds the shop anew. Its ids come from a seed, so that they are the same each time.
func again(t *testing.T, s *mototest.Server, want actiontest.Shop) *actiontest.AWS {
	t.Helper()
	g, c := onMoto(t, s)
	if !reflect.DeepEqual(g, want) {
		t.Fatalf("moto's ids are not those of the seed: %v, before %v", g, want)
	}
	return c
}

// onMoto is the shop of the world, set up in a moto that was emptied.
func onMoto(t *testing.T, s *mototest.Server) (actiontest.Shop, *actiontest.AWS) {
	t.Helper()
	s.Reset(t)
	b := shopfitter{t, t.Context(), ec2.NewFromConfig(s.Config(motoPlace)), autoscaling.NewFromConfig(s.Config(motoPlace)), iam.NewFromConfig(s.Config(motoPlace)), rds.NewFromConfig(s.Config(motoPlace)), redshift.NewFromConfig(s.Config(motoPlace)), elb.NewFromConfig(s.Config(motoPlace))}
	_, err := b.ec2.DescribeSubnets(t.Context(), nil) // moto makes a region when it is first asked about, and draws ids for it
	must(t, err)
	resp, err := http.Post(s.URL+"/moto-api/seed?a=42", "", nil)
	must(t, err)
	resp.Body.Close()
	g := actiontest.Shop{Key: b.people(), Group: motoPlace.In(event.Group, "web"), User: motoPlace.In(event.User, "staff/mallory"), Role: motoPlace.In(event.Role, "ci/builder")}
	b.leaver(&g)
	b.machines(&g)
	g.Setting, g.Like = motoPlace.In(event.Setting, motoPlace.Region), actiontest.LikeOf(t, actiontest.On(timeless(s)).Reads(), g.Template, "2")
	b.unused(&g)
	b.names(&g, route53.NewFromConfig(s.Config(motoPlace)))
	return g, actiontest.On(timeless(s))
}

// names are a zone with two records.
func (b shopfitter) names(g *actiontest.Shop, c *route53.Client) {
	zone, err := c.CreateHostedZone(b.ctx, &route53.CreateHostedZoneInput{Name: aws.String("example.com"), CallerReference: aws.String("shop")})
	must(b.t, err)
	create := func(name string, of dnstypes.RRType, ttl int64, values ...string) dnstypes.Change {
		set := dnstypes.ResourceRecordSet{Name: &name, Type: of, TTL: &ttl}
		for _, v := range values {
			set.ResourceRecords = append(set.ResourceRecords, dnstypes.ResourceRecord{Value: &v})
		}
		return dnstypes.Change{Action: dnstypes.ChangeActionCreate, ResourceRecordSet: &set}
	}
	_, err = c.ChangeResourceRecordSets(b.ctx, &route53.ChangeResourceRecordSetsInput{HostedZoneId: zone.HostedZone.Id, ChangeBatch: &dnstypes.ChangeBatch{Changes: []dnstypes.Change{
		create("www.example.com.", dnstypes.RRTypeCname, 300, "food.s3.amazonaws.com"), create("two.example.com.", dnstypes.RRTypeA, 60, "192.0.2.1", "192.0.2.2"),
	}}})
	must(b.t, err)
	id := strings.TrimPrefix(*zone.HostedZone.Id, "/hostedzone/")
	g.Record, g.Values = motoPlace.In(event.RecordSet, id+"/CNAME/www.example.com"), motoPlace.In(event.RecordSet, id+"/A/two.example.com")
}

// unused are the volumes, the address and the snapshot that a case has announced, or made.
func (b shopfitter) unused(g *actiontest.Shop) {
	told := []types.Tag{{Key: aws.String(action.CaseTag), Value: aws.String("c_1")}}
	volume := func(in ec2.CreateVolumeInput, tags []types.Tag) event.Resource {
		in.AvailabilityZone = aws.String("eu-west-1a")
		if tags != nil {
			in.TagSpecifications = []types.TagSpecification{{ResourceType: types.ResourceTypeVolume, Tags: tags}}
		}
		out, err := b.ec2.CreateVolume(b.ctx, &in)
		must(b.t, err)
		return motoPlace.In(event.Volume, *out.VolumeId)
	}
	g.Plain = volume(ec2.CreateVolumeInput{Size: aws.Int32(8), VolumeType: types.VolumeTypeGp3}, nil)
	g.Told = volume(ec2.CreateVolumeInput{Size: aws.Int32(8), VolumeType: types.VolumeTypeGp2}, told)
	g.Kept = volume(ec2.CreateVolumeInput{Size: aws.Int32(100), VolumeType: types.VolumeTypeGp3, Iops: aws.Int32(4000), Throughput: aws.Int32(250)},
		append([]types.Tag{{Key: aws.String("Name"), Value: aws.String("data")}}, told...))
	stale, err := b.ec2.CreateSnapshot(b.ctx, &ec2.CreateSnapshotInput{VolumeId: &g.Plain.ID, TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeSnapshot, Tags: told}}})
	must(b.t, err)
	g.Stale, g.Recycled = motoPlace.In(event.Snapshot, *stale.SnapshotId), motoPlace.In(event.Snapshot, "snap-0recycled")
	_, err = b.ec2.CreateSnapshot(b.ctx, &ec2.CreateSnapshotInput{VolumeId: &g.Kept.ID, TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeSnapshot, Tags: told}}})
	must(b.t, err)
	address, err := b.ec2.AllocateAddress(b.ctx, &ec2.AllocateAddressInput{Domain: types.DomainTypeVpc, TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeElasticIp, Tags: told}}})
	must(b.t, err)
	g.Address, g.IP = motoPlace.In(event.Address, *address.AllocationId), *address.PublicIp
	_, err = b.rds.CreateOptionGroup(b.ctx, &rds.CreateOptionGroupInput{ // moto does not find those that it gives by itself
		OptionGroupName: aws.String("plain"), EngineName: aws.String("mysql"), MajorEngineVersion: aws.String("8.0"), OptionGroupDescription: aws.String("plain"),
	})
	must(b.t, err)
	db, err := b.rds.CreateDBInstance(b.ctx, &rds.CreateDBInstanceInput{
		DBInstanceIdentifier: aws.String("reports"), Engine: aws.String("mysql"), OptionGroupName: aws.String("plain"), DBInstanceClass: aws.String("db.m5.large"), AllocatedStorage: aws.Int32(100), StorageType: aws.String("gp3"),
		MasterUsername: aws.String("root"), BackupRetentionPeriod: aws.Int32(0), MasterUserPassword: aws.String("not-a-secret"), Tags: []rdstypes.Tag{{Key: aws.String(action.CaseTag), Value: aws.String("c_1")}, {Key: aws.String("Name"), Value: aws.String("reports")}},
	})
	must(b.t, err)
	made, err := b.rds.DescribeDBSnapshots(b.ctx, &rds.DescribeDBSnapshotsInput{DBInstanceIdentifier: aws.String("reports")})
	must(b.t, err)
	for _, s := range made.DBSnapshots { // moto backs up what is made and what is restored, by a name of the minute: two in one are refused
		_, err := b.rds.DeleteDBSnapshot(b.ctx, &rds.DeleteDBSnapshotInput{DBSnapshotIdentifier: s.DBSnapshotIdentifier})
		must(b.t, err)
	}
	g.Database, g.DatabaseID = motoPlace.In(event.DBInstance, "reports"), aws.ToString(db.DBInstance.DbiResourceId)
	b.clusters(g)
}

// clusters are one with a member, and one without.
func (b shopfitter) clusters(g *actiontest.Shop) {
	tags := []rdstypes.Tag{{Key: aws.String(action.CaseTag), Value: aws.String("c_1")}}
	made := func(id string) (event.Resource, string) {
		out, err := b.rds.CreateDBCluster(b.ctx, &rds.CreateDBClusterInput{
			DBClusterIdentifier: &id, Engine: aws.String("aurora-mysql"), MasterUsername: aws.String("root"), MasterUserPassword: aws.String("not-a-secret"), Tags: tags,
		})
		must(b.t, err)
		return motoPlace.In(event.DBCluster, id), aws.ToString(out.DBCluster.DbClusterResourceId)
	}
	g.Cluster, g.ClusterID = made("orders")
	g.Drained, g.DrainedID = made("drained")
	kept, err := b.rds.DescribeDBClusterSnapshots(b.ctx, &rds.DescribeDBClusterSnapshotsInput{})
	must(b.t, err)
	for _, s := range kept.DBClusterSnapshots { // as of databases
		_, err := b.rds.DeleteDBClusterSnapshot(b.ctx, &rds.DeleteDBClusterSnapshotInput{DBClusterSnapshotIdentifier: s.DBClusterSnapshotIdentifier})
		must(b.t, err)
	}
	db, err := b.rds.CreateDBInstance(b.ctx, &rds.CreateDBInstanceInput{
		DBInstanceIdentifier: aws.String("orders-1"), DBClusterIdentifier: aws.String("orders"), Engine: aws.String("aurora-mysql"), DBInstanceClass: aws.String("db.r6g.large"), Tags: tags,
	})
	must(b.t, err)
	_, err = b.wh.CreateCluster(b.ctx, &redshift.CreateClusterInput{
		ClusterIdentifier: aws.String("sales"), NodeType: aws.String("ra3.4xlarge"), NumberOfNodes: aws.Int32(2), MasterUsername: aws.String("root"), MasterUserPassword: aws.String("Not-4-secret"),
		Tags: []redshifttypes.Tag{{Key: aws.String(action.CaseTag), Value: aws.String("c_1")}, {Key: aws.String("Name"), Value: aws.String("sales")}},
	})
	must(b.t, err)
	g.Warehouse, g.WarehouseID = motoPlace.In(event.Warehouse, "sales"), action.WarehouseID(&redshifttypes.Cluster{ClusterCreateTime: aws.Time(motoMade)})
	g.ClusterMember, g.MemberID = motoPlace.In(event.DBInstance, "orders-1"), aws.ToString(db.DBInstance.DbiResourceId)
}

// motoMade is when every warehouse was made, as the tests see it: a shop that is built anew is to be the same.
var motoMade = time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC)

func timeless(s *mototest.Server) func(event.Place) aws.Config {
	told := middleware.InitializeMiddlewareFunc("timeless", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		out, meta, err := next.HandleInitialize(ctx, in)
		switch found := out.Result.(type) {
		case *redshift.DescribeClustersOutput:
			for i := range found.Clusters {
				found.Clusters[i].ClusterCreateTime = aws.Time(motoMade)
			}
		case *redshift.DescribeClusterSnapshotsOutput:
			for i := range found.Snapshots {
				found.Snapshots[i].ClusterCreateTime = aws.Time(motoMade)
			}
		}
		return out, meta, err
	})
	return func(p event.Place) aws.Config {
		c := s.Config(p)
		c.APIOptions = append(slices.Clip(c.APIOptions), func(s *middleware.Stack) error { return s.Initialize.Add(told, middleware.After) })
		return c
	}
}

type shopfitter struct {
	t       *testing.T
	ctx     context.Context
	ec2     *ec2.Client
	scaling *autoscaling.Client
	iam     *iam.Client
	rds     *rds.Client
	wh      *redshift.Client
	elb     *elb.Client
}

// people are the users, roles and policies.
func (b shopfitter) people() (key string) {
	mallory := aws.String("mallory")
	_, err := b.iam.CreateUser(b.ctx, &iam.CreateUserInput{UserName: mallory, Path: aws.String("/staff/")})
	must(b.t, err)
	out, err := b.iam.CreateAccessKey(b.ctx, &iam.CreateAccessKeyInput{UserName: mallory})
	must(b.t, err)
	_, err = b.iam.CreateRole(b.ctx, &iam.CreateRoleInput{RoleName: aws.String("builder"), Path: aws.String("/ci/"), AssumeRolePolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)})
	must(b.t, err)
	_, err = b.iam.PutRolePolicy(b.ctx, &iam.PutRolePolicyInput{RoleName: aws.String("builder"), PolicyName: aws.String("scaling"), PolicyDocument: aws.String(actiontest.Scaling)})
	must(b.t, err)
	for _, name := range []string{"riposte-deny", "riposte-deny-boundary"} {
		_, err := b.iam.CreatePolicy(b.ctx, &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: aws.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`)})
		must(b.t, err)
	}
	return aws.ToString(out.AccessKey.AccessKeyId)
}

// leaver is a user with a case's tags, and all that a user may have.
func (b shopfitter) leaver(g *actiontest.Shop) {
	who, group := aws.String("leaver"), aws.String("admins")
	policy := func(name string) *string { return aws.String("arn:aws:iam::" + motoPlace.Account + ":policy/" + name) }
	made, err := b.iam.CreateUser(b.ctx, &iam.CreateUserInput{UserName: who, Path: aws.String("/staff/"), Tags: []iamtypes.Tag{{Key: aws.String(action.CaseTag), Value: aws.String("c_1")}}})
	must(b.t, err)
	_, err = b.iam.CreateLoginProfile(b.ctx, &iam.CreateLoginProfileInput{UserName: who, Password: aws.String("not-a-secret")})
	must(b.t, err)
	key, err := b.iam.CreateAccessKey(b.ctx, &iam.CreateAccessKeyInput{UserName: who})
	must(b.t, err)
	_, err = b.iam.CreateGroup(b.ctx, &iam.CreateGroupInput{GroupName: group})
	must(b.t, err)
	_, err = b.iam.AddUserToGroup(b.ctx, &iam.AddUserToGroupInput{UserName: who, GroupName: group})
	must(b.t, err)
	_, err = b.iam.CreatePolicy(b.ctx, &iam.CreatePolicyInput{PolicyName: aws.String("team"), PolicyDocument: aws.String(actiontest.Books)})
	must(b.t, err)
	for _, name := range []string{"team", "riposte-deny"} {
		_, err = b.iam.AttachUserPolicy(b.ctx, &iam.AttachUserPolicyInput{UserName: who, PolicyArn: policy(name)})
		must(b.t, err)
	}
	_, err = b.iam.PutUserPolicy(b.ctx, &iam.PutUserPolicyInput{UserName: who, PolicyName: aws.String("books"), PolicyDocument: aws.String(actiontest.Books)})
	must(b.t, err)
	g.Leaver, g.LeaverID, g.LeaverKey = motoPlace.In(event.User, "staff/leaver"), aws.ToString(made.User.UserId), aws.ToString(key.AccessKey.AccessKeyId)
}

// machines are the image, the template, the group with its members, and an instance beside it.
func (b shopfitter) machines(g *actiontest.Shop) {
	subnets, err := b.ec2.DescribeSubnets(b.ctx, nil)
	must(b.t, err)
	net := subnets.Subnets[0]
	image, err := b.ec2.RegisterImage(b.ctx, &ec2.RegisterImageInput{Name: aws.String("golden"), RootDeviceName: aws.String("/dev/xvda")})
	must(b.t, err)
	isolated, err := b.ec2.CreateSecurityGroup(b.ctx, &ec2.CreateSecurityGroupInput{GroupName: aws.String("isolated"), Description: aws.String("isolated"), VpcId: net.VpcId})
	must(b.t, err)
	_, err = b.ec2.RevokeSecurityGroupEgress(b.ctx, &ec2.RevokeSecurityGroupEgressInput{GroupId: isolated.GroupId, IpPermissions: []types.IpPermission{
		{IpProtocol: aws.String("-1"), IpRanges: []types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}}, // which every new group has
	}})
	must(b.t, err)
	open, err := b.ec2.CreateSecurityGroup(b.ctx, &ec2.CreateSecurityGroupInput{GroupName: aws.String("open"), Description: aws.String("open"), VpcId: net.VpcId})
	must(b.t, err)
	_, err = b.ec2.AuthorizeSecurityGroupIngress(b.ctx, &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: open.GroupId, CidrIp: aws.String("0.0.0.0/0"), IpProtocol: aws.String("tcp"), FromPort: aws.Int32(22), ToPort: aws.Int32(22),
	})
	must(b.t, err)
	g.Open = motoPlace.In(event.SecurityGroup, *open.GroupId)
	template, err := b.ec2.CreateLaunchTemplate(b.ctx, &ec2.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("web"),
		LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: image.ImageId, InstanceType: types.InstanceTypeT3Micro}})
	must(b.t, err)
	id := template.LaunchTemplate.LaunchTemplateId
	_, err = b.ec2.CreateLaunchTemplateVersion(b.ctx, &ec2.CreateLaunchTemplateVersionInput{LaunchTemplateId: id,
		LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: image.ImageId, InstanceType: types.InstanceTypeT3Small}})
	must(b.t, err)
	_, err = b.ec2.ModifyLaunchTemplate(b.ctx, &ec2.ModifyLaunchTemplateInput{LaunchTemplateId: id, DefaultVersion: aws.String("2")})
	must(b.t, err)
	alone, err := b.ec2.RunInstances(b.ctx, &ec2.RunInstancesInput{ImageId: image.ImageId, InstanceType: types.InstanceTypeT3Micro, SubnetId: net.SubnetId,
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1), InstanceInitiatedShutdownBehavior: types.ShutdownBehaviorTerminate})
	must(b.t, err)
	g.Alone, g.Isolated = motoPlace.In(event.Instance, *alone.Instances[0].InstanceId), *isolated.GroupId
	g.Template = motoPlace.In(event.LaunchTemplate, *id)
	for _, n := range alone.Instances[0].NetworkInterfaces {
		g.Interfaces = append(g.Interfaces, *n.NetworkInterfaceId)
	}
	g.Member = motoPlace.In(event.Instance, b.grouped(*id, *net.SubnetId))
	b.launchers(g, *id, *image.ImageId)
	b.stopped(g, image.ImageId, net.SubnetId)
	b.balanced(g, net.VpcId, net.SubnetId)
	b.shared(g)
}

// stopped are the instances that a case has announced, of which the third runs still, and the image of the second.
func (b shopfitter) stopped(g *actiontest.Shop, image, subnet *string) {
	for _, at := range []*event.Resource{&g.Idle, &g.Imaged, &g.Forgotten} {
		out, err := b.ec2.RunInstances(b.ctx, &ec2.RunInstancesInput{ImageId: image, InstanceType: types.InstanceTypeT3Micro, SubnetId: subnet, MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
			TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: []types.Tag{{Key: aws.String(action.CaseTag), Value: aws.String("c_1")}}}}})
		must(b.t, err)
		*at = motoPlace.In(event.Instance, *out.Instances[0].InstanceId)
	}
	_, err := b.ec2.StopInstances(b.ctx, &ec2.StopInstancesInput{InstanceIds: []string{g.Idle.ID, g.Imaged.ID}})
	must(b.t, err)
	_, err = b.ec2.CreateImage(b.ctx, &ec2.CreateImageInput{InstanceId: &g.Imaged.ID, Name: aws.String("kept"), TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeImage, Tags: []types.Tag{
		{Key: aws.String(action.CaseTag), Value: aws.String("c_1")}, {Key: aws.String(action.OfTag), Value: aws.String(g.Imaged.ID)},
	}}}})
	must(b.t, err)
}

// balanced are the target group, and the balancer that a case has announced.
func (b shopfitter) balanced(g *actiontest.Shop, network, subnet *string) {
	out, err := b.elb.CreateTargetGroup(b.ctx, &elb.CreateTargetGroupInput{
		Name: aws.String("web"), Port: aws.Int32(80), Protocol: elbtypes.ProtocolEnumHttp, VpcId: network, TargetType: elbtypes.TargetTypeEnumInstance,
	})
	must(b.t, err)
	_, id, _ := strings.Cut(*out.TargetGroups[0].TargetGroupArn, ":targetgroup/")
	g.TargetGroup = motoPlace.In(event.TargetGroup, id)
	made, err := b.elb.CreateLoadBalancer(b.ctx, &elb.CreateLoadBalancerInput{
		Name: aws.String("old"), Subnets: []string{*subnet}, Type: elbtypes.LoadBalancerTypeEnumNetwork, Tags: []elbtypes.Tag{{Key: aws.String(action.CaseTag), Value: aws.String("c_1")}},
	})
	must(b.t, err)
	_, id, _ = strings.Cut(*made.LoadBalancers[0].LoadBalancerArn, ":loadbalancer/")
	g.Balancer = motoPlace.In(event.LoadBalancer, id)
	listener, err := b.elb.CreateListener(b.ctx, &elb.CreateListenerInput{
		LoadBalancerArn: made.LoadBalancers[0].LoadBalancerArn, Port: aws.Int32(443), Protocol: elbtypes.ProtocolEnumTls, SslPolicy: aws.String("ELBSecurityPolicy-2016-08"),
		Certificates:   []elbtypes.Certificate{{CertificateArn: b.certificate()}},
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: out.TargetGroups[0].TargetGroupArn}},
	})
	must(b.t, err)
	_, id, _ = strings.Cut(*listener.Listeners[0].ListenerArn, ":listener/")
	g.Listener = motoPlace.In(event.Listener, id)
}

// certificate is one that moto takes for a listener: a server certificate of IAM.
func (b shopfitter) certificate() *string {
	out, err := b.iam.UploadServerCertificate(b.ctx, &iam.UploadServerCertificateInput{
		ServerCertificateName: aws.String("old"), CertificateBody: aws.String("body"), PrivateKey: aws.String("key"),
	})
	must(b.t, err)
	return out.ServerCertificateMetadata.Arn
}

// shared is the snapshot.
func (b shopfitter) shared(g *actiontest.Shop) {
	v, err := b.ec2.CreateVolume(b.ctx, &ec2.CreateVolumeInput{AvailabilityZone: aws.String("eu-west-1a"), Size: aws.Int32(1)})
	must(b.t, err)
	s, err := b.ec2.CreateSnapshot(b.ctx, &ec2.CreateSnapshotInput{VolumeId: v.VolumeId})
	must(b.t, err)
	_, err = b.ec2.ModifySnapshotAttribute(b.ctx, &ec2.ModifySnapshotAttributeInput{SnapshotId: s.SnapshotId, Attribute: types.SnapshotAttributeNameCreateVolumePermission,
		OperationType: types.OperationTypeAdd, UserIds: []string{"999988887777", "444455556666"}, GroupNames: []string{action.Everybody}})
	must(b.t, err)
	g.Snapshot = motoPlace.In(event.Snapshot, *s.SnapshotId)
	g.DBSnapshot = motoPlace.In(event.DBSnapshot, "billing")
	_, err = b.rds.CreateDBInstance(b.ctx, &rds.CreateDBInstanceInput{DBInstanceIdentifier: aws.String("billing"), Engine: aws.String("postgres"), DBInstanceClass: aws.String("db.t3.micro"),
		MasterUsername: aws.String("root"), BackupRetentionPeriod: aws.Int32(0), MasterUserPassword: aws.String("password"), AllocatedStorage: aws.Int32(20)})
	must(b.t, err)
	_, err = b.rds.CreateDBSnapshot(b.ctx, &rds.CreateDBSnapshotInput{DBInstanceIdentifier: aws.String("billing"), DBSnapshotIdentifier: aws.String(g.DBSnapshot.ID)})
	must(b.t, err)
	_, err = b.rds.ModifyDBSnapshotAttribute(b.ctx, &rds.ModifyDBSnapshotAttributeInput{
		DBSnapshotIdentifier: aws.String(g.DBSnapshot.ID), AttributeName: aws.String("restore"), ValuesToAdd: []string{"999988887777", "444455556666", action.Everybody},
	})
	must(b.t, err)
}

// launchers are the fleets, and a spot request.
func (b shopfitter) launchers(g *actiontest.Shop, template, image string) {
	fleet, err := b.ec2.CreateFleet(b.ctx, &ec2.CreateFleetInput{
		LaunchTemplateConfigs: []types.FleetLaunchTemplateConfigRequest{{
			LaunchTemplateSpecification: &types.FleetLaunchTemplateSpecificationRequest{LaunchTemplateId: &template, Version: aws.String("1")},
		}},
		TargetCapacitySpecification: &types.TargetCapacitySpecificationRequest{TotalTargetCapacity: aws.Int32(1)}, Type: types.FleetTypeMaintain,
	})
	must(b.t, err)
	spot, err := b.ec2.RequestSpotFleet(b.ctx, &ec2.RequestSpotFleetInput{SpotFleetRequestConfig: &types.SpotFleetRequestConfigData{
		IamFleetRole: aws.String("arn:aws:iam::123456789012:role/fleet"), TargetCapacity: aws.Int32(1), AllocationStrategy: types.AllocationStrategyLowestPrice,
		LaunchSpecifications: []types.SpotFleetLaunchSpecification{{ImageId: &image, InstanceType: types.InstanceTypeT3Micro}},
	}})
	must(b.t, err)
	one, err := b.ec2.RequestSpotInstances(b.ctx, &ec2.RequestSpotInstancesInput{
		Type: types.SpotInstanceTypePersistent, LaunchSpecification: &types.RequestSpotLaunchSpecification{ImageId: &image, InstanceType: types.InstanceTypeT3Micro},
	})
	must(b.t, err)
	g.Fleet, g.SpotFleet = motoPlace.In(event.Fleet, *fleet.FleetId), motoPlace.In(event.SpotFleet, *spot.SpotFleetRequestId)
	g.SpotRequest = motoPlace.In(event.SpotRequest, *one.SpotInstanceRequests[0].SpotInstanceRequestId)
}

// grouped makes the group and is one of its members.
func (b shopfitter) grouped(template, subnet string) (member string) {
	web := aws.String("web")
	_, err := b.scaling.CreateAutoScalingGroup(b.ctx, &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: web, MinSize: aws.Int32(1), MaxSize: aws.Int32(4), DesiredCapacity: aws.Int32(2), VPCZoneIdentifier: &subnet,
		LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateId: &template, Version: aws.String("2")},
	})
	must(b.t, err)
	_, err = b.scaling.SuspendProcesses(b.ctx, &autoscaling.SuspendProcessesInput{AutoScalingGroupName: web, ScalingProcesses: []string{"AZRebalance"}})
	must(b.t, err)
	out, err := b.scaling.DescribeAutoScalingGroups(b.ctx, nil)
	must(b.t, err)
	return *out.AutoScalingGroups[0].Instances[0].InstanceId
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
