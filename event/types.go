package event

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// The types of resources that playbooks and actions speak of, by AWS's own names: those of CloudFormation and CloudTrail.
// They are stored.
const (
	Instance            = "AWS::EC2::Instance"
	Launch              = "Riposte::EC2::Launch"  // one RunInstances call, its ID the client token: AWS has no name for it
	Setting             = "Riposte::EC2::Setting" // what an account has chosen for all of a region, its ID the region: AWS has no name for it
	Image               = "AWS::EC2::Ami"
	LaunchTemplate      = "AWS::EC2::LaunchTemplate"
	Fleet               = "AWS::EC2::EC2Fleet"
	SpotFleet           = "AWS::EC2::SpotFleet"
	SpotRequest         = "AWS::EC2::SpotInstanceRequest" // as EC2's API calls it
	Snapshot            = "AWS::EC2::Snapshot"
	Volume              = "AWS::EC2::Volume"
	Address             = "AWS::EC2::EIP"
	Association         = "AWS::EC2::EIPAssociation" // of an Elastic IP with an interface
	NetworkInterface    = "AWS::EC2::NetworkInterface"
	SecurityGroup       = "AWS::EC2::SecurityGroup"
	Group               = "AWS::AutoScaling::AutoScalingGroup"
	LaunchConfiguration = "AWS::AutoScaling::LaunchConfiguration"
	TargetGroup         = "AWS::ElasticLoadBalancingV2::TargetGroup"
	LoadBalancer        = "AWS::ElasticLoadBalancingV2::LoadBalancer"
	Listener            = "AWS::ElasticLoadBalancingV2::Listener"
	ClassicLoadBalancer = "AWS::ElasticLoadBalancing::LoadBalancer"
	Environment         = "AWS::ElasticBeanstalk::Environment"
	Application         = "AWS::ElasticBeanstalk::Application"
	Bucket              = "AWS::S3::Bucket"
	Table               = "AWS::DynamoDB::Table"
	DBInstance          = "AWS::RDS::DBInstance"
	DBCluster           = "AWS::RDS::DBCluster"
	DBSnapshot          = "AWS::RDS::DBSnapshot"
	DBClusterSnapshot   = "AWS::RDS::DBClusterSnapshot"
	Warehouse           = "AWS::Redshift::Cluster"
	WarehouseSnapshot   = "AWS::Redshift::ClusterSnapshot" // its id is CLUSTER/NAME
	Stack               = "AWS::CloudFormation::Stack"
	Function            = "AWS::Lambda::Function"
	Cluster             = "AWS::EKS::Cluster"
	HostedZone          = "AWS::Route53::HostedZone"
	RecordSet           = "AWS::Route53::RecordSet" // its ID is ZONE/TYPE/NAME, or ZONE/TYPE/NAME/SET of one of several
	Distribution        = "AWS::CloudFront::Distribution"
	Key                 = "AWS::KMS::Key"
	Parameter           = "AWS::SSM::Parameter"
	User                = "AWS::IAM::User"
	UserGroup           = "AWS::IAM::Group"
	Role                = "AWS::IAM::Role"
	Policy              = "AWS::IAM::ManagedPolicy"
	Session             = "AWS::STS::AssumedRole" // one session of a role
	AccessKey           = "AWS::IAM::AccessKey"
	Account             = "AWS::::Account" // as AWS Config calls it
)

// resourceType is what is known of a type of resource beside its name.
type resourceType struct {
	noun string // what people call one, in a word; no two types have the same
	// arn is the ARN after arn:PARTITION:, with {region}, {account} and {id}. A star stands for what no record shows: of such
	// a resource there are patterns, and no ARN. https://docs.aws.amazon.com/service-authorization/latest/reference/
	arn string
	// prefix is what ids begin with where the resource may be known by its name alone, of which no ARN can be made.
	prefix string
	global bool   // it has no region
	shared bool   // it may be another account's than that in which it is used
	path   bool   // its id may have a path before the name, which is unique without it
	asff   string // Security Hub's name, "" where it has none: https://docs.aws.amazon.com/securityhub/latest/userguide/asff-resources.html
}

// types is the table of resource types. What stands here stands nowhere else.
var types = map[string]resourceType{
	Instance:            {noun: "instance", arn: "ec2:{region}:{account}:instance/{id}", asff: "AwsEc2Instance"},
	Launch:              {noun: "launch"},
	Setting:             {noun: "ec2-setting"},
	Image:               {noun: "image", arn: "ec2:{region}::image/{id}"},
	LaunchTemplate:      {noun: "launch-template", arn: "ec2:{region}:{account}:launch-template/{id}", prefix: "lt-", asff: "AwsEc2LaunchTemplate"},
	Fleet:               {noun: "fleet", arn: "ec2:{region}:{account}:fleet/{id}"},
	SpotFleet:           {noun: "spot-fleet", arn: "ec2:{region}:{account}:spot-fleet-request/{id}"},
	SpotRequest:         {noun: "spot-request", arn: "ec2:{region}:{account}:spot-instances-request/{id}"},
	Snapshot:            {noun: "snapshot", arn: "ec2:{region}::snapshot/{id}"},
	Volume:              {noun: "volume", arn: "ec2:{region}:{account}:volume/{id}", asff: "AwsEc2Volume"},
	Address:             {noun: "address", arn: "ec2:{region}:{account}:elastic-ip/{id}", asff: "AwsEc2Eip"},
	Association:         {noun: "address-association"},
	NetworkInterface:    {noun: "network-interface", arn: "ec2:{region}:{account}:network-interface/{id}", shared: true, asff: "AwsEc2NetworkInterface"},
	SecurityGroup:       {noun: "security-group", arn: "ec2:{region}:{account}:security-group/{id}", shared: true, asff: "AwsEc2SecurityGroup"},
	Group:               {noun: "group", arn: "autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/{id}", asff: "AwsAutoScalingAutoScalingGroup"},
	LaunchConfiguration: {noun: "launch-configuration", arn: "autoscaling:{region}:{account}:launchConfiguration:*:launchConfigurationName/{id}", asff: "AwsAutoScalingLaunchConfiguration"},
	TargetGroup:         {noun: "target-group", arn: "elasticloadbalancing:{region}:{account}:targetgroup/{id}"},
	LoadBalancer:        {noun: "load-balancer", arn: "elasticloadbalancing:{region}:{account}:loadbalancer/{id}", asff: "AwsElbv2LoadBalancer"},
	Listener:            {noun: "listener", arn: "elasticloadbalancing:{region}:{account}:listener/{id}"},
	ClassicLoadBalancer: {noun: "classic-load-balancer", arn: "elasticloadbalancing:{region}:{account}:loadbalancer/{id}", asff: "AwsElbLoadBalancer"},
	Environment:         {noun: "environment", arn: "elasticbeanstalk:{region}:{account}:environment/*/{id}", asff: "AwsElasticBeanstalkEnvironment"},
	Application:         {noun: "application", arn: "elasticbeanstalk:{region}:{account}:application/{id}"},
	Bucket:              {noun: "bucket", arn: "s3:::{id}", asff: "AwsS3Bucket"},
	Table:               {noun: "table", arn: "dynamodb:{region}:{account}:table/{id}", asff: "AwsDynamoDbTable"},
	DBInstance:          {noun: "db-instance", arn: "rds:{region}:{account}:db:{id}", asff: "AwsRdsDbInstance"},
	DBCluster:           {noun: "db-cluster", arn: "rds:{region}:{account}:cluster:{id}", asff: "AwsRdsDbCluster"},
	DBSnapshot:          {noun: "db-snapshot", arn: "rds:{region}:{account}:snapshot:{id}", asff: "AwsRdsDbSnapshot"},
	DBClusterSnapshot:   {noun: "db-cluster-snapshot", arn: "rds:{region}:{account}:cluster-snapshot:{id}", asff: "AwsRdsDbClusterSnapshot"},
	Warehouse:           {noun: "warehouse", arn: "redshift:{region}:{account}:cluster:{id}", asff: "AwsRedshiftCluster"},
	WarehouseSnapshot:   {noun: "warehouse-snapshot", arn: "redshift:{region}:{account}:snapshot:{id}"},
	Stack:               {noun: "stack", arn: "cloudformation:{region}:{account}:stack/{id}/*", asff: "AwsCloudFormationStack"},
	Function:            {noun: "function", arn: "lambda:{region}:{account}:function:{id}", asff: "AwsLambdaFunction"},
	Cluster:             {noun: "kubernetes-cluster", arn: "eks:{region}:{account}:cluster/{id}", asff: "AwsEksCluster"},
	HostedZone:          {noun: "hosted-zone", arn: "route53:::hostedzone/{id}", global: true},
	RecordSet:           {noun: "record", global: true},
	Distribution:        {noun: "distribution", arn: "cloudfront::{account}:distribution/{id}", global: true, asff: "AwsCloudFrontDistribution"},
	Key:                 {noun: "key", arn: "kms:{region}:{account}:key/{id}", asff: "AwsKmsKey"},
	Parameter:           {noun: "parameter", arn: "ssm:{region}:{account}:parameter/{id}"},
	User:                {noun: "user", arn: "iam::{account}:user/{id}", global: true, path: true, asff: "AwsIamUser"},
	UserGroup:           {noun: "user-group", arn: "iam::{account}:group/{id}", global: true, path: true},
	Policy:              {noun: "policy", arn: "iam::{account}:policy/{id}", global: true, path: true, asff: "AwsIamPolicy"},
	Role:                {noun: "role", arn: "iam::{account}:role/{id}", global: true, path: true, asff: "AwsIamRole"},
	Session:             {noun: "session", arn: "sts::{account}:assumed-role/{id}", global: true},
	AccessKey:           {noun: "access-key", global: true, asff: "AwsIamAccessKey"},
	Account:             {noun: "account", global: true, asff: "AwsAccount"},
}

// Types returns those of the table, sorted.
func Types() []string { return slices.Sorted(maps.Keys(types)) }

// Global reports whether resources of the type have no region.
func Global(kind string) bool { return types[kind].global }

// Noun returns what people call a resource of the type: group. A type that is not in the table is called what it is.
func Noun(kind string) string {
	if t, ok := types[kind]; ok {
		return t.noun
	}
	return kind
}

// Plural names all resources of the type in one word, as the Sid of a policy takes it: LaunchTemplates.
func Plural(kind string) string { return kind[strings.LastIndexByte(kind, ':')+1:] + "s" }

// SecurityHubType returns Security Hub's name for the type, "" where it has none.
func SecurityHubType(kind string) string { return types[kind].asff }

// IsIdentity reports whether the type is a principal, or what one signs with.
func IsIdentity(kind string) bool {
	return kind == User || kind == Role || kind == Session || kind == AccessKey
}

// ARN returns the resource's Amazon Resource Name, "" where it can't be made from what is known.
func (r Resource) ARN() string {
	if strings.HasPrefix(r.ID, "arn:") {
		return r.ID
	}
	t := types[r.Type]
	if t.arn == "" || r.Partition == "" || strings.Contains(t.arn, "*") || !strings.HasPrefix(r.ID, t.prefix) {
		return ""
	}
	return "arn:" + r.Partition + ":" + t.fill(r.Region, r.Account, strings.TrimPrefix(r.ID, "/"))
}

// Patterns returns the ARN patterns by which IAM decides about the resource, with its id as spelt says to write it. Users and
// roles go by their names, which are unique in an account: one may be moved to another path meanwhile. nil where no pattern can
// be made.
func (r Resource) Patterns(spelt func(id string) string) []string {
	t := types[r.Type]
	if t.arn == "" {
		return nil
	}
	account, id := r.Account, spelt(r.ID)
	if t.shared {
		account = "*"
	}
	if !strings.HasPrefix(id, t.prefix) {
		id = "*"
	}
	if t.path {
		id = id[strings.LastIndexByte(id, '/')+1:]
	}
	begin := "arn:" + cmp.Or(r.Partition, "*") + ":"
	all := []string{begin + t.fill(r.Region, account, id)}
	if t.path {
		all = append(all, begin+t.fill(r.Region, account, "*/"+id))
	}
	return all
}

func (t resourceType) fill(region, account, id string) string {
	return strings.NewReplacer("{region}", region, "{account}", account, "{id}", id).Replace(t.arn)
}
